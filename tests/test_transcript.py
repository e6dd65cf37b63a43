"""Copied chat text: who said what, and when."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.transcript import read_copied


@pytest.mark.parametrize(
    ("head", "said_at"),
    [
        pytest.param("张三 07:50", "2020-02-10T07:50", id="earlier-today"),
        pytest.param("张三 08:05", "2020-02-10T08:05", id="a-phone-may-be-ahead-a-little"),
        pytest.param("张三 08:06", "2020-02-09T08:06", id="yet-to-come-is-yesterday"),
        pytest.param("张三 晚上9:30", "2020-02-09T21:30", id="last-night"),
        pytest.param("张三 2020-02-10 21:30", "2020-02-10T21:30", id="a-written-date-stands"),
        pytest.param("— 2020-02-10 —\n张三 21:30", "2020-02-10T21:30", id="a-date-above-stands"),
    ],
)
def test_a_time_without_a_date_is_never_yet_to_come(head: str, said_at: str) -> None:
    pasted_at = datetime.fromisoformat("2020-02-10T08:00:00+08:00")
    (said,) = read_copied(f"{head}\n36.5 健康", pasted_at, ()).said
    assert said.sent_at == datetime.fromisoformat(f"{said_at}:00+08:00")
