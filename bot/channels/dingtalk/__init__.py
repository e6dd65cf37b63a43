"""DingTalk (钉钉) in its three forms, spoken to over HTTP and WebSocket without the vendor's SDK.

    webhook    the group robot (自定义机器人): one group, says and hears nothing
    stream     an application's robot in Stream mode: groups where it is mentioned, private talks, one connection
    gov        专有钉钉 (陇政钉, 浙政钉), a platform of its own: work notifications, groups, callbacks

Under them, from the wire up:

    signing    how calls and callbacks are signed; pure
    verdicts   what an error code means for a post: again later, or never; pure
    frames     the long connection's JSON → plain values; pure
    talk       what somebody said to a robot → a message; pure
    line       the long connection: tickets, acknowledgements
    robot      says posts: as an answer while that is open, by the robot's own API otherwise
    answers    what an answer of 专有钉钉 holds; pure
    accounts   whose account of 专有钉钉 goes by a mobile number
    callbacks  the address that callbacks of 专有钉钉 come in by, and which are let in

What WeCom does alike stands beside this package. `bot.app` alone makes the channels.
"""

from __future__ import annotations

from bot.channels.dingtalk.gov import DingtalkGovChannel
from bot.channels.dingtalk.stream import DingtalkStreamChannel
from bot.channels.dingtalk.webhook import DingtalkWebhookChannel

__all__ = ["DingtalkGovChannel", "DingtalkStreamChannel", "DingtalkWebhookChannel"]
