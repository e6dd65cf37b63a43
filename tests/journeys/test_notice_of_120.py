"""A notice to 120 people by four channels, the bot killed on the way: nobody reads it twice, the ledger is right to
the person."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.channels.memory import MemoryChannel
from bot.clock import VirtualClock
from bot.messages import Dispatch, Message
from bot.rosters import RosterEntry
from storage import Session, Store, identities, people
from tests.notices import GROUPS, MAIL, PAGE, SMS, Office
from tests.office import GROUP, STAFF_ROOM

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

IN_GROUP = 40
"""How many of the 120 are in the group that is told as a whole."""


class Killed(BaseException):
    """The process is gone: nothing that it was about to do is done."""


class Mortal(MemoryChannel):
    """A channel during whose sending the process is killed, before the message leaves or after."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]  # as the channel in memory
        self.kill_at: set[int] = set()
        self.went_out = False
        self._sends = 0
        self.sent: list[Dispatch] = []

    async def send(self, dispatch: Dispatch) -> str | None:
        """As its kind: only one that `sends_once` knows a dispatch again."""
        self._sends += 1
        if self._sends in self.kill_at and not self.went_out:
            raise Killed
        if not (self.traits.sends_once and dispatch.id in {said.id for said in self.sent}):
            self.sent.append(dispatch)
            self.said.append(dispatch)
        if self._sends in self.kill_at:
            raise Killed
        return f"sent-{dispatch.id}"


def roster(first: int, count: int) -> Sequence[RosterEntry]:
    """Deputies of six counties; a third has an address for mail, a third a telephone, a third nothing."""
    return [
        RosterEntry(
            name=f"代表{number:03}",
            unit=f"第{number % 6 + 1}县",
            email=f"d{number:03}@x.test" if number % 3 == 0 else "",
            phone=f"139{number:08}" if number % 3 == 1 else "",
        )
        for number in range(first, first + count)
    ]


async def opened(store: Store, clock: VirtualClock) -> Office:
    office = Office(store, clock, group=GROUPS, mail=MAIL, sms=SMS, page=PAGE)
    kinds = {"group": replace(GROUPS, echoes=False), "mail": MAIL, "sms": SMS, "page": PAGE}
    office.channels = {name: Mortal(name, clock, traits) for name, traits in kinds.items()}
    # 40 in the first group; the second group has 10 of them and 80 more, one of whom is not asked.
    shared, more = roster(30, 10), roster(40, 80)
    away = RosterEntry(name="外地代表", unit="外省")
    return await office.open(roster(0, IN_GROUP), (*shared, *more, away))


@pytest.mark.parametrize("went_out", [False, True], ids=["before it leaves", "after it left"])
async def test_a_notice_to_120_people_over_two_kills(store: Store, clock: VirtualClock, went_out: bool) -> None:
    office = await opened(store, clock)
    units = "、".join(f"第{n}县" for n in range(1, 7))
    preview = await office.staff_room("周敏", f"/通知 {units} 代表\n标题：会议\n截止：2月12日 18:00\n\n会议推迟。")
    assert "共 120 人（第1县 20，第2县 20，第3县 20，第4县 20，第5县 20，第6县 20）" in preview
    assert f"群“{GROUP}”40 人；单独发" in preview
    await office.bot.inbox.accept(office.message("谭芳", "/批准 1", STAFF_ROOM))
    for channel, at in (("mail", 7), ("page", 20)):
        held = office.channels[channel]
        assert isinstance(held, Mortal)
        held.kill_at, held.went_out = {at}, went_out
        with pytest.raises(Killed):
            await office.work()
        held.kill_at = set()
        await office.start()
    said = [(name, d) for name, c in office.channels.items() for d in c.said]
    for _ in range(3):
        office.clock.advance(60)
        said += await office.work()
    await settle_doubt(office)
    got = Counter(d.conversation.external_id for d in all_sent(office) if d.text.startswith("【通知 1】会议"))
    assert set(got.values()) == {1}
    assert len([place for place in got if place.startswith("room-")]) == 1
    assert len(got) == 1 + (120 - IN_GROUP)
    await answered_by_all(office)


def all_sent(office: Office) -> Sequence[Dispatch]:
    return [d for channel in office.channels.values() if isinstance(channel, Mortal) for d in channel.sent]


async def settle_doubt(office: Office) -> None:
    """Staff look whether what is held went out: `/重发` what did not, `/作罢` what did."""
    waiting = await office.staff_room("周敏", "/待发")
    for line in waiting.split("\n"):
        number, _, rest = line.partition(". ")
        if number.isdecimal() and "通知 1" in rest:
            went = int(number) in {d.id for d in all_sent(office)}
            await office.staff_room("周敏", f"/{'作罢' if went else '重发'} {number}")
    await office.work()


async def answered_by_all(office: Office) -> None:
    """Everybody answers by one of five routes, some twice; the ledger names each once."""
    chance = random.Random(3)
    async with office.store.read() as session:
        accounts = await _seats(session, office)
    talk: list[Message] = []
    ticked = []
    for number in range(120):
        name = f"代表{number:03}"
        if number < IN_GROUP:
            talk.append(office.message(name, "收到", GROUP))
        elif number % 3 == 0:
            talk.append(office.message(f"d{number:03}@x.test", "收到，谢谢", None, "mail"))
        elif number % 3 == 1:
            talk.append(office.message(f"139{number:08}", "收到", None, "sms"))
        elif number % 2:
            ticked.append(name)
        else:
            place = office.message(name, "好的收到", None, "page")
            seat = replace(place.conversation, external_id=accounts[name])
            talk.append(replace(place, sender=replace(place.sender, external_id=accounts[name]), conversation=seat))
    talk += [replace(said, external_id=f"{said.external_id}-again") for said in chance.sample(talk, 30)] + talk[:20]
    chance.shuffle(talk)
    for number, message in enumerate(talk):
        await office.bot.inbox.accept(message)
        if number in (50, 90):
            await office.start()
    await office.work()
    half = await office.staff_room("周敏", "/回执 1")
    assert f"应收 120 人，已收 {120 - len(ticked)} 人，未收 {len(ticked)} 人" in half
    for name in ticked:
        assert name in half
    await office.staff_room("周敏", f"/回执 1 {' '.join(ticked)} 电话")
    whole = await office.staff_room("周敏", "/回执 1")
    assert "应收 120 人，已收 120 人，未收 0 人" in whole
    for unit in range(1, 7):
        assert f"第{unit}县 20/20" in whole
    assert f"群里 {IN_GROUP}，单独 {80 - len(ticked)}，工作人员代记 {len(ticked)}" in whole
    assert await office.seen(1) == {
        f"第{n % 6 + 1}县-代表{n:03}": "room" if n < IN_GROUP else "staff" if f"代表{n:03}" in ticked else "private"
        for n in range(120)
    }


async def _seats(session: Session, office: Office) -> dict[str, str]:
    found = {}
    for person in await people.everybody(session, office.bot.office_id):
        for account in await identities.of_person(session, person.person_id, "page"):
            found[person.name] = account.external_id
    return found
