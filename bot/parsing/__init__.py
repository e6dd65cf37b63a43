"""PURE CORE: text in, records out. No I/O, no clock, no global.

`bot.inbox` calls `parse` with what it knows of the speaker; the records go to `handlers`.
"""
