"""WeCom (企业微信) in its three forms, spoken to over HTTP and WebSocket without the vendor's SDK.

    webhook    the group robot (群机器人): one group, says and hears nothing
    app        the self-built application (自建应用): each member alone, both ways
    aibot      the 智能机器人: groups where it is mentioned and private talks, over one long connection

Under them, from the wire up:

    cipher     signature and AES of callbacks; the only module that knows the cipher library
    envelopes  a callback's XML → plain values; frames: the long connection's JSON → plain values; both pure
    verdicts   what an error code means for a post: again later, or never; pure
    texts      what of a text the platform would take for more than text; pure
    gate       which callbacks are let in: signature, time, nonce; counts those that are not
    callbacks  the address that callbacks come in by
    names      what accounts of the application are called
    line       the long connection: subscription, heartbeat, who waits for which reply
    media      fetches what members send to the 智能机器人, and decrypts it
    answering  says posts over the line: as an answer while that is allowed, as a push otherwise

What DingTalk does alike (calls, tokens, saying, the upkeep of a connection, the turnstile of callbacks) stands beside
this package. `bot.app` alone makes the channels.
"""

from __future__ import annotations

from bot.channels.wecom.aibot import WecomAibotChannel
from bot.channels.wecom.app import WecomAppChannel
from bot.channels.wecom.webhook import WecomWebhookChannel

__all__ = ["WecomAibotChannel", "WecomAppChannel", "WecomWebhookChannel"]
