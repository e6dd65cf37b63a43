"""Short messages (短信) as a channel: approved templates out, receipts and answers in. Who does what, from the wire up:

    signing    the vendors' signatures; pure
    gateway    what a vendor is asked for, one call, and what its refusals mean for a post
    aliyun, tencent  the two vendors: requests, answers, codes
    callbacks  where a vendor tells what became of a message, and what somebody answered
    channel    puts these together behind the port of `bot.channel`

`bot.app` alone makes an `SmsChannel`, and gives it the server to attach its address to.
"""

from __future__ import annotations

from bot.channels.sms.channel import SmsChannel

__all__ = ["SmsChannel"]
