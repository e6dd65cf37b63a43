"""The built-in chat page: sit in a group as a member, or come by a personal link, and talk.

A page's way: `door` (addresses) → `talk` (one WebSocket) → `desk` (errands) → the intake. Back: `hub` follows the store
and passes on what is new. `seats` says who may see what, `wire` what goes over the line, `static/` is the page itself.
"""

from bot.channels.webchat.channel import WebchatChannel

__all__ = ["WebchatChannel"]
