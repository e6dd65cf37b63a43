"""E-mail as a channel: posts go out by SMTP, answers are fetched by IMAP. Why by the standard library:
`docs/decisions/0009-mail-by-the-standard-library.md`. Who does what, from the wire up:

    smtp       hands one mail over, in a thread; knows whether it may have gone out
    imap       looks into the mailbox, in a thread; changes nothing there
    tls        what both trust
    charsets   bytes and headers in whatever encoding → text; pure, as are the next four
    hypertext  an HTML mail → its text
    quoting    what somebody wrote, without what they quoted and signed with
    tidings    which mails nobody wrote: bounces, auto-replies, lists, our own; which of them tell of a post
    reading    a mail's bytes → who, when, what
    composing  `Dispatch` → a mail's bytes, under an id made from the dispatch's
    channel    puts these together behind the port of `bot.channel`

`bot.app` alone makes a `MailChannel`.
"""

from __future__ import annotations

from bot.channels.mail.channel import MailChannel

__all__ = ["MailChannel"]
