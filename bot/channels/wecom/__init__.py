"""WeCom (企业微信) in its three forms, spoken to over HTTP and WebSocket without the vendor's SDK.

    webhook    the group robot (群机器人): one group, says and hears nothing
    app        the self-built application (自建应用): each member alone, both ways
    aibot      the 智能机器人: groups where it is mentioned and private talks, over one long connection

Under them, from the wire up:

    calls      one HTTP call, and whether it had left when it failed; foreign errors end here
    cipher     signature and AES of callbacks; the only module that knows the cipher library
    envelopes  a callback's XML → plain values; frames: the long connection's JSON → plain values; both pure
    verdicts   what an error code means for a post: again later, or never; pure
    saying     a dispatch in as many pieces as the platform takes, one after another
    tokens     the application's access token: asked for, kept, asked for anew when it is refused
    gate       which callbacks are let in: signature, time, nonce; counts those that are not
    callbacks  the address that callbacks come in by
    names      what accounts of the application are called
    line       keeps the long connection up: heartbeat, connects again, notes gaps
    media      fetches what members send to the 智能机器人, and decrypts it
    answering  says posts over the line: as an answer while that is allowed, as a push otherwise

`bot.app` alone makes the channels.
"""

from __future__ import annotations

from bot.channels.wecom.aibot import WecomAibotChannel
from bot.channels.wecom.app import WecomAppChannel
from bot.channels.wecom.webhook import WecomWebhookChannel

__all__ = ["WecomAibotChannel", "WecomAppChannel", "WecomWebhookChannel"]
