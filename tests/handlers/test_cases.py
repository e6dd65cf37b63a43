"""What staff correct with `/更正` is kept as a labelled case."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.cli import main
from bot.clock import VirtualClock
from storage import Store, cases
from storage.tables import Case
from tests.office import GROUP, STAFF_ROOM, Office, open_office, settings_for
from tests.reading import real


@pytest.fixture
async def office(store: Store, clock: VirtualClock) -> Office:
    found = await open_office(store, clock, settings_for(), real())
    await found.say("周敏", "早")
    return found


async def kept(office: Office) -> Sequence[Case]:
    async with office.bot.store.read() as session:
        return await cases.every(session, office.bot.office_id)


async def test_a_correction_keeps_what_the_message_should_have_been_read_as(office: Office) -> None:
    said_at = office.clock.now()
    await office.say("李四", "有点不舒服，在长沙。建议给村医配发额温枪")
    await office.say("周敏", "/更正 李四 咳嗽", STAFF_ROOM)
    (case,) = await kept(office)
    assert (case.text, case.sender, case.subject) == ("有点不舒服，在长沙。建议给村医配发额温枪", "李四", "李四")
    assert case.roster == ["张三", "李四", "王五", "欧阳静", "周敏", "谭芳"]
    assert (case.sent_at - said_at).total_seconds() == 1
    health, suggestion = case.expected
    assert (health["subject"], health["proxy"], health["status"]) == ("李四", False, "unwell")
    assert (health["symptoms"], health["location"]) == (["咳嗽"], "长沙")
    assert "unsure" not in health
    assert suggestion["kind"] == "suggestion"
    assert case.made_by_id is not None


async def test_what_is_corrected_once_more_is_one_case(office: Office) -> None:
    await office.say("李四", "有点不舒服")
    await office.say("周敏", "/更正 李四 咳嗽")
    await office.say("周敏", "/更正 李四 健康")
    (case,) = await kept(office)
    assert [(r["subject"], r["proxy"], r["status"]) for r in case.expected] == [("李四", False, "well")]


async def test_of_a_report_of_many_only_the_one_is_corrected(office: Office) -> None:
    await office.say("周敏", "代报：张三36.5健康，李四头晕")
    await office.say("周敏", "/更正 李四 头痛")
    (case,) = await kept(office)
    assert [(r["subject"], r["symptoms"], r["proxy"]) for r in case.expected] == [
        ("张三", [], True),
        ("李四", ["头痛"], True),
    ]


async def test_of_a_chain_the_one_line_is_the_case(office: Office) -> None:
    await office.say("张三", "#接龙\n2月10日健康接龙\n\n1. 张三 36.5 正常\n2. 李四 有点不舒服")
    await office.say("周敏", "/更正 李四 乏力")
    (case,) = await kept(office)
    assert case.text == "#接龙\n2月10日健康接龙\n\n2. 李四 有点不舒服"
    assert [(r["subject"], r["symptoms"]) for r in case.expected] == [("李四", ["乏力"])]


@pytest.mark.parametrize(
    ("said", "command"),
    [
        pytest.param("36.5 健康", "/更正 李四 37.5 发热", id="a fact that was told otherwise"),
        pytest.param("36.5 健康", "/更正 李四 36.5 健康", id="what was read so anyway"),
        pytest.param("有点不舒服", "/代报 李四 咳嗽", id="a new report"),
        pytest.param("有点不舒服", "/核实 李四 正常", id="what was found out"),
    ],
)
async def test_what_corrects_no_reading_is_no_case(office: Office, said: str, command: str) -> None:
    await office.say("李四", said)
    await office.say("周敏", command)
    assert await kept(office) == []


async def test_a_correction_of_what_staff_reported_is_no_case(office: Office) -> None:
    await office.say("周敏", "/代报 李四 有点不舒服")
    await office.say("周敏", "/更正 李四 咳嗽")
    assert await kept(office) == []


async def test_a_correction_of_an_answer_is_no_case(office: Office) -> None:
    await office.say("李四", "有点不舒服", GROUP)
    await office.heard()
    await office.say("李四", "有一点", None)
    await office.say("周敏", "/更正 李四 咳嗽")
    assert await kept(office) == []


async def test_a_suspect_number_that_is_put_right_is_a_case(office: Office) -> None:
    await office.say("李四", "体温368")
    await office.say("周敏", "/更正 李四 36.8")
    (case,) = await kept(office)
    assert case.expected[0]["temperature"] == 36.8


async def test_what_staff_corrected_is_run_by_rules_test_from_then_on(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await office.say("李四", "脚底像踩棉花，36.5")
    await office.say("周敏", "/更正 李四 乏力", STAFF_ROOM)
    monkeypatch.setenv("LIAISON_STORE", office.bot.store.engine.url.render_as_string(hide_password=False))
    (tmp_path / "bot.toml").write_text(f'[office]\nname = "{office.bot.settings.office.name}"\n', "utf-8")
    code = await asyncio.to_thread(main, ["rules", "test", "--json", "--config", str(tmp_path / "bot.toml")])
    told = json.loads(capsys.readouterr().out)
    assert (code, told["labelled"]) == (1, 1)
    (failed,) = told["failed"]
    assert (failed["text"], failed["file"]) == ("脚底像踩棉花，36.5", "工作人员的更正")
    assert {difference["field"] for difference in failed["differences"]} >= {"status", "symptoms"}
