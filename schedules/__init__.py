"""What is due at an hour. `SCHEDULES` is the table of jobs; `plan` makes rows of what falls due, `run_due` does them.

APScheduler only ticks (`ticker.py`): a firing is a row under a unique key, settled by a conditional update in the
transaction that makes its posts, so that it happens once, over restarts and with several processes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.messages import Post
from schedules import duty, forms, overdue, remind, tally
from schedules.due import Due
from storage import Session

SCHEDULES: Mapping[str, Callable[[Due, Session], Awaitable[Sequence[Post]]]] = {
    "remind": remind.remind,
    "remind_missing": remind.remind_missing,
    "tally": tally.tally,
    "duty": duty.duty_tomorrow,
    "overdue": overdue.remind_of_overdue,
}

FORM_SCHEDULES: Mapping[str, Callable[[Due, Session], Awaitable[Sequence[Post]]]] = {
    "remind": forms.remind,
    "remind_missing": forms.remind_missing,
    "tally": forms.tally,
}
"""The same jobs, of a schedule that names a form (采集)."""
