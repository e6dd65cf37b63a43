"""The steps of the ladder in a bot.toml: three lines are enough, and what is probably not meant is told."""

from __future__ import annotations

import pytest

from bot import settings
from tests.settings.files import ROOM, Write, refused
from tests.settings.test_mail import MAIL, PASSWORD, SECRET, SMS

EVERYTHING = {**PASSWORD, **SECRET}


def step(do: str, rest: str = "", at: str = "16:10") -> str:
    """A room, and a step whose further keys begin in line 10."""
    return f'{ROOM}channel = "webchat"\n[[schedules]]\nname = "一步"\ndo = "{do}"\nat = "{at}"\n{rest}\n'


@pytest.mark.parametrize("do", ["remind_each", "sms", "mail", "phone_list"])
def test_a_step_needs_no_more_than_its_name_what_it_does_and_when(write: Write, do: str) -> None:
    loaded = settings.load(write("[channels.webchat]\n" + MAIL + SMS + step(do)), EVERYTHING)
    assert [schedule.do for schedule in loaded.schedules] == [do]
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("do", "rest", "what"),
    [
        pytest.param("sms", "text = '请报今天的情况'", "这段话和哪个短信模板都对不上", id="words that nobody approved"),
        pytest.param("mail", "text = '未报 {missing_count} 人'", "不能写 {missing_count}", id="a figure of others"),
        pytest.param("remind_each", "most_people = -1", "most_people 太小了", id="a limit below nought"),
    ],
)
def test_what_cannot_go_to_one_person_is_refused_with_its_line(write: Write, do: str, rest: str, what: str) -> None:
    head = "[channels.webchat]\n" + MAIL + SMS
    (fault,) = refused(write(head + step(do, rest)), EVERYTHING)
    assert fault[1] == (head + step(do, rest)).splitlines().index(rest) + 1
    assert what in fault[2]


def test_words_that_a_template_says_are_fine_by_sms(write: Write) -> None:
    text = "[channels.webchat]\n" + SMS + step("sms", "text = '您有1条通知，请登录。'")
    assert settings.load(write(text), SECRET).schedules[0].text == "您有1条通知，请登录。"


@pytest.mark.parametrize(
    ("do", "at", "what"),
    [
        pytest.param("sms", "17:10", "没有配置短信的渠道", id="no short messages"),
        pytest.param("mail", "17:10", "没有配置邮件的渠道", id="no mail"),
        pytest.param("remind_each", "22:30", "定在不打扰的时间里", id="late at night"),
        pytest.param("remind_missing", "06:00", "定在不打扰的时间里", id="a mention before dawn"),
    ],
)
def test_a_step_that_will_not_go_out_as_meant_is_told(write: Write, do: str, at: str, what: str) -> None:
    (warning,) = settings.load(write(step(do, at=at)), {}).warnings
    assert what in warning.what
    assert warning.line > 5
