"""Whom something is for: the words staff write, and the people they mean, by a register, by rosters, or by both."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot import audience, register, registering
from bot.audience import EVERYONE, Audience, Names
from bot.errors import Refusal
from bot.register import Entry, Level, Register, Unit
from bot.rosters import Role
from storage import Session, Store, people, rooms

SAMPLES = Path(__file__).parents[1] / "rosters"
NAMES = Names(
    units=(
        ("430000", "湖南省"),
        ("430100", "长沙市"),
        ("430121", "长沙县"),
        ("430600", "岳阳市"),
        ("430611", "君山区"),
    ),
    written_units=("芙蓉代表组", "天心代表组"),
    lists=("全国两会", "第一组"),
    rooms=("长沙代表联络群", "省联工委应急群"),
)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["代表"], Audience(roles=(Role.DEPUTY,))),
        (["工作人员"], Audience(roles=(Role.STAFF,))),
        (["代表、工作人员"], Audience(roles=(Role.DEPUTY, Role.STAFF))),
        (["全体"], EVERYONE),
        (["全体代表"], Audience(roles=(Role.DEPUTY,))),
        (["全国"], Audience(mandates=(Level.NATION,))),
        (["省代表", "市代表"], Audience(mandates=(Level.PROVINCE, Level.CITY))),
        (["全国两会"], Audience(lists=("全国两会",))),
        (["长沙代表联络群"], Audience(rooms=("长沙代表联络群",))),
        (["430100"], Audience(units=("430100",))),
        (["岳阳市"], Audience(units=("430600",))),
        (["岳阳"], Audience(units=("430600",))),
        (["岳阳市代表"], Audience(roles=(Role.DEPUTY,), units=("430600",))),
        (["岳阳市全国代表"], Audience(units=("430600",), mandates=(Level.NATION,))),
        (["长沙市", "岳阳市", "工作人员"], Audience(roles=(Role.STAFF,), units=("430100", "430600"))),
        (["芙蓉"], Audience(units=("芙蓉",))),
    ],
)
def test_what_staff_write_is_understood(words: list[str], meant: Audience) -> None:
    assert audience.parse(words, NAMES) == meant


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["常沙市"], "是不是：长沙市"),
        (["全国两会名单"], "全国两会"),
        (["代裱"], "代表"),
        (["长沙"], "长沙市（430100）、长沙县（430121）"),
        ([], "没有写给谁"),
        (["  "], "没有写给谁"),
    ],
)
def test_what_means_nobody_is_refused_with_what_is_nearest(words: list[str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        audience.parse(words, NAMES)


async def office_of(session: Session, found: Register) -> int:
    office_id = await people.ensure_office(session, "省联工委")
    await registering.put(session, office_id, found, datetime(2020, 2, 10, tzinfo=UTC))
    return office_id


async def named(session: Session, office_id: int, *words: str) -> list[str]:
    meant = audience.parse(words, await audience.names_of(session, office_id))
    return [person.name for person in await audience.people_of(session, office_id, meant)]


async def test_the_sample_office_is_reached_by_every_kind_of_word(store: Store) -> None:
    found = register.read(SAMPLES / "湖南" / "人员.csv", SAMPLES / "湖南" / "单位.csv")
    async with store.begin() as session:
        office_id = await office_of(session, found)
        deputies = [entry for entry in found.people if Role.DEPUTY in entry.roles]
        nation = [entry for entry in found.people if Level.NATION in entry.mandates]
        assert len(await named(session, office_id, "全体")) == len(found.people)
        assert len(await named(session, office_id, "代表")) == len(deputies)
        assert sorted(await named(session, office_id, "全国代表")) == sorted(entry.name for entry in nation)
        assert sorted(await named(session, office_id, "长沙市", "代表")) == sorted(
            entry.name for entry in deputies if entry.unit == "430100"
        )
        assert len(await named(session, office_id, "湖南省")) == len(found.people)
        assert await named(session, office_id, "全国两会")
        assert sorted(await named(session, office_id, "在湘全国代表群")) == sorted(
            entry.name for entry in found.people if "在湘全国代表群" in entry.rooms
        )


async def test_an_office_of_rosters_alone_is_reached_by_its_groups_and_units(store: Store) -> None:
    async with store.begin() as session:
        office_id = await people.ensure_office(session, "联工委")
        city = await rooms.ensure(session, office_id, "webchat", "长沙代表联络群", "deputies")
        town = await rooms.ensure(session, office_id, "webchat", "岳阳代表联络群", "deputies")
        zhang = people.Entry(name="张三", role="deputy", unit="长沙市岳麓区")
        both = people.Entry(name="周敏", role="staff", unit="联工委")
        await people.sync_roster(session, office_id, city.id, [zhang, both])
        await people.sync_roster(
            session, office_id, town.id, [people.Entry(name="李四", role="deputy", unit="岳阳市"), both]
        )
        assert await named(session, office_id, "全体") == ["李四", "周敏", "张三"]
        assert await named(session, office_id, "代表") == ["李四", "张三"]
        assert await named(session, office_id, "长沙市") == ["张三"]
        assert await named(session, office_id, "岳阳代表联络群") == ["李四", "周敏"]
        assert await named(session, office_id, "岳阳代表联络群", "工作人员") == ["周敏"]
        await people.sync_roster(session, office_id, city.id, [both])
        await people.note_gone(session, office_id, datetime(2020, 2, 10, tzinfo=UTC))
        assert await named(session, office_id, "全体") == ["李四", "周敏"]


UNITS = (
    Unit(code="430000", name="湖南省"),
    Unit(code="430100", name="长沙市", parent="430000"),
    Unit(code="430102", name="芙蓉区", parent="430100"),
    Unit(code="430102001", name="文艺路街道", parent="430102"),
    Unit(code="430600", name="岳阳市", parent="430000"),
)
entries = st.lists(
    st.builds(
        Entry,
        name=st.sampled_from(["张三", "李四", "王五", "赵六", "钱七"]),
        unit=st.sampled_from([unit.code for unit in UNITS]),
        roles=st.sampled_from([(Role.DEPUTY,), (Role.STAFF,), (Role.DEPUTY, Role.STAFF)]),
        mandates=st.lists(st.sampled_from(Level), unique=True, max_size=2).map(tuple),
        rooms=st.lists(st.sampled_from(["甲群", "乙群"]), unique=True).map(lambda found: tuple(sorted(found))),
        lists=st.lists(st.sampled_from(["两会", "一组"]), unique=True).map(lambda found: tuple(sorted(found))),
    ),
    unique_by=lambda entry: (entry.name, entry.unit),
    max_size=8,
)
audiences = st.builds(
    Audience,
    roles=st.lists(st.sampled_from(Role), unique=True, max_size=2).map(tuple),
    units=st.lists(st.sampled_from([unit.code for unit in UNITS]), unique=True, max_size=2).map(tuple),
    mandates=st.lists(st.sampled_from(Level), unique=True, max_size=2).map(tuple),
    lists=st.lists(st.sampled_from(["两会", "一组"]), unique=True, max_size=2).map(tuple),
    rooms=st.lists(st.sampled_from(["甲群", "乙群"]), unique=True, max_size=2).map(tuple),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=entries, first=audiences, second=audiences)
async def test_everybody_is_there_once_and_both_conditions_hold(
    store: Store, found: list[Entry], first: Audience, second: Audience
) -> None:
    async with store.begin() as session:
        office_id = await office_of(session, Register(units=UNITS, people=tuple(found)))
        reached = await audience.people_of(session, office_id, first)
        assert len({person.person_id for person in reached}) == len(reached)
        assert sorted((person.name, person.unit_code) for person in reached) == sorted(
            (entry.name, entry.unit) for entry in found if _fits(entry, first)
        )
        assert reached == sorted(reached, key=lambda person: (person.unit_code, person.unit, person.name))
        if not any(getattr(first, name) and getattr(second, name) for name in _FIELDS):
            both = replace(first, **{name: getattr(second, name) for name in _FIELDS if getattr(second, name)})
            of_second = {person.person_id for person in await audience.people_of(session, office_id, second)}
            of_both = {person.person_id for person in await audience.people_of(session, office_id, both)}
            assert of_both == {person.person_id for person in reached} & of_second


_FIELDS = ("roles", "units", "mandates", "lists", "rooms")


def _fits(entry: Entry, meant: Audience) -> bool:
    """The same by other means: prefixes of codes and sets."""
    above = {entry.unit}
    code = entry.unit
    while code := register.parent_of(code):
        above.add(code)
    return all(
        not wanted or bool(set(wanted) & set(mine))
        for wanted, mine in (
            (meant.roles, entry.roles),
            (meant.units, above),
            (meant.mandates, entry.mandates),
            (meant.lists, entry.lists),
            (meant.rooms, entry.rooms),
        )
    )
