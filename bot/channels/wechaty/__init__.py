"""WeChat through a Wechaty gateway (puppet service), spoken to on the level of its protocol.

Why not by the `wechaty` package: `docs/decisions/0001-wechaty-at-the-protocol-layer.md`. Who does what, from the
wire up:

    payloads   what the gateway tells, as plain values; pure
    failures   how a call fails: whether it had left, what the gateway answered
    wire, tls  one connection and its calls; the only module that knows gRPC; foreign errors end here
    line       keeps a connection up: connects again, notes gaps, knows the account and how the channel stands
    names      who is called what in which group; remembered, forgotten when it changes
    lanes      one queue per conversation, so that a slow group does not hold up the others
    hearing    event → payload → `Message` → `intake.accept`
    speaking   `Dispatch` → the gateway's calls
    account    puts these together behind the port of `bot.channel`

`bot.app` alone makes a `WechatyChannel`.
"""

from __future__ import annotations

from bot.channels.wechaty.account import WechatyChannel

__all__ = ["WechatyChannel"]
