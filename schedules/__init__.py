"""What is due at an hour. `SCHEDULES` is the table of jobs; `plan` makes rows of what falls due, `run_due` does them.

APScheduler only ticks (`ticker.py`): a firing is a row under a unique key, settled by a conditional update in the
transaction that makes its posts, so that it happens once, over restarts and with several processes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.messages import Post
from schedules import duty, forms, ladder, overdue, remind, series, tally, warn
from schedules.due import Due, OfficeDue
from storage import Session

SCHEDULES: Mapping[str, Callable[[Due, Session], Awaitable[Sequence[Post]]]] = {
    "remind": remind.remind,
    "remind_missing": remind.remind_missing,
    "tally": tally.tally,
    "series": series.series,
    "duty": duty.duty_tomorrow,
    "overdue": overdue.remind_of_overdue,
}

FORM_SCHEDULES: Mapping[str, Callable[[Due, Session], Awaitable[Sequence[Post]]]] = {
    "remind": forms.remind,
    "remind_missing": remind.remind_missing,
    "tally": forms.tally,
}
"""The same jobs, of a schedule that names a form (采集)."""

OFFICE_SCHEDULES: Mapping[str, Callable[[OfficeDue, Session], Awaitable[Sequence[Post]]]] = {
    "remind_each": ladder.remind_each,
    "sms": ladder.sms,
    "mail": ladder.mail,
    "phone_list": ladder.phone_list,
    "warn": warn.warn,
}
"""Jobs that are due once for the whole office, of whatever is collected."""
