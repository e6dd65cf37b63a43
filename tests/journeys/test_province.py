"""The day of a whole province, as `examples/湖南` has it: rehearsed, and over real local servers; both say the same.

120 deputies and 30 staff in 16 groups on the Wechaty gateway, who report in their groups, on the chat page, by mail, by
proxy, or not at all; SMTP, IMAP and the short messages' service keep their protocols and contracts.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any, Final

import pytest

from bot import app, registering, rehearsal, replay
from bot.app import Bot
from bot.channel import Channel
from bot.channels.mail import MailChannel
from bot.channels.sms import SmsChannel
from bot.channels.webchat import WebchatChannel
from bot.channels.wechaty import WechatyChannel
from bot.cli.sources import group_days
from bot.clock import at, local
from bot.messages import Message, OfficeId
from bot.settings import Settings, load
from bot.transcript import GroupDay
from storage import Store, messages, people
from tests.eventually import eventually
from tests.fakes.mail_server import FakeImap, FakeSmtp, MailServers
from tests.fakes.sms_vendors import FakeVendor
from tests.gateway.process import Gateway, why_not
from tests.journeys.test_ladder_round import PatientClock
from tests.reading import real

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "湖南"
STAFF_ROOM: Final = "省联工委应急群"
LADDER: Final = ("早上提醒", "下午催报", "私信催报", "短信催报", "邮件催报", "电话名单")

Said = Mapping[str, Any]


@pytest.fixture(scope="module")
def days() -> Sequence[GroupDay]:
    return group_days([EXAMPLE / "2月10日"])


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load(EXAMPLE / "bot.toml", {}, secrets=False)


@pytest.fixture(scope="module")
def rehearsed(settings: Settings, days: Sequence[GroupDay]) -> Sequence[Said]:
    return asyncio.run(rehearsal.rehearse(settings, days, real(), withheld=True))


def of(said: Sequence[Said], why: str) -> list[Said]:
    return [post for post in said if post["why"] == why and "withheld" not in post]


def answered_by(days: Sequence[GroupDay], channel: str) -> set[str]:
    return {said.sender for day in days for said in day.said if said.by == channel}


def test_the_example_is_an_office_of_that_size_and_its_configuration_has_no_fault(settings: Settings) -> None:
    content = settings.register.content
    (late,) = settings.warnings
    assert "“夜里再催”定在不打扰的时间里" in late.what  # on purpose: the rehearsal shows what becomes of it
    assert content is not None
    assert Counter(role for entry in content.people for role in entry.roles) == {"deputy": 120, "staff": 30}
    assert [room.purpose for room in settings.rooms].count("deputies") == 15


def test_every_step_of_the_ladder_is_seen_in_order(rehearsed: Sequence[Said], days: Sequence[GroupDay]) -> None:
    moments = [min(post["at"] for post in of(rehearsed, step)) for step in LADDER]
    assert moments == sorted(moments)
    assert len(of(rehearsed, "早上提醒")) == 15
    reached = [{name for post in of(rehearsed, "下午催报") for name in post["mentions"]}]
    reached += [{post["to"] for post in of(rehearsed, step)} for step in ("私信催报", "短信催报", "邮件催报")]
    for more, fewer in itertools.pairwise(reached):
        assert fewer < more  # each step asks those whom the one before did not move, and nobody else
    (listed,) = of(rehearsed, "电话名单")
    assert listed["to"] == "华向阳"  # who is on duty
    for name in answered_by(days, "mail"):
        assert name in reached[3]
        assert name not in listed["text"]
    assert not answered_by(days, "webchat") & reached[2]


def test_duty_caps_quiet_hours_receipts_and_the_law_are_seen(rehearsed: Sequence[Said]) -> None:
    evening = of(rehearsed, "明日值班")
    assert [post["to"] for post in evening] == [None, "毕爱民", "吕银花"]
    kept_back = {(post["why"], post["to"]): post["withheld"] for post in rehearsed if "withheld" in post}
    assert kept_back["通知 1 第 2 次催回执", "韦立新"] == "私信：韦立新 今天已经提醒过 1 次，不再发"
    assert kept_back["夜里再催", "杨磊"] == "群里点名：到了不打扰的时间，不发给 杨磊"
    assert len(of(rehearsed, "通知 1 第 1 次催回执")[0]["mentions"]) == 4
    assert len(of(rehearsed, "普法：如实报告，是每个人的义务")) == 15
    assert len(of(rehearsed, "晚上汇总")) == 16
    told = [post for post in rehearsed if "尤秀兰" in post["text"]]
    assert {(post["to"], post["room"]) for post in told} == {("华向阳", None)}  # who is ill, only to who is on duty
    (whole,) = [post for post in of(rehearsed, "/汇总") if post["room"] == STAFF_ROOM]
    assert "应报 120 人，已报 114 人，未报 5 人" in whole["text"]


class Province:
    """The real app on a virtual clock, its channels over real sockets; people talk to it as their day has it."""

    def __init__(self, bot: Bot, clock: PatientClock, gateway: Gateway, imap: FakeImap, smtp: FakeSmtp) -> None:
        self.bot, self.gateway = bot, gateway
        self._clock, self._imap, self._smtp = clock, imap, smtp
        self._stage = rehearsal.Stage(bot, clock)

    async def live(self, days: Sequence[GroupDay]) -> None:
        """Lets the day pass until its midnight."""
        said = []
        for day in days:
            timed = zip(day.said, replay.messages_of(day), strict=True)
            said += [(message, day.room, utterance.by) for utterance, message in timed]
        for message, room, by in sorted(said, key=lambda each: each[0].sent_at):
            await self._stage.play_until(message.sent_at)
            match by:
                case "mail":
                    await self._answer_mail(message)
                case _:
                    await self._say("" if by else room, message)
        await self._stage.play_until(at(days[0].date, time(23, 59)))

    async def _say(self, room: str, said: Message) -> None:
        """In a group, or where none is named to the bot alone."""
        before = await self._kept("wechaty")
        if room:
            await self.gateway.say(room, said.sender.name, said.text, at=said.sent_at)
        else:
            await self.gateway.say_privately(said.sender.name, said.text, at=said.sent_at)
        await self._until_kept("wechaty", before + 1)

    async def _answer_mail(self, message: Message) -> None:
        account = (await rehearsal.said_alone(self.bot, message, "mail")).sender.external_id
        (mail,) = [mail for mail in self._smtp.mails if mail.to == account]
        lines = mail.content.decode().splitlines()
        proof = next(line for line in lines if line.startswith("Message-ID:")).partition(": ")[2]
        head = (
            f"From: <{account}>\r\nMessage-ID: <answer-{account}>\r\nIn-Reply-To: {proof}\r\nSubject: Re: x\r\n"
            "Content-Type: text/plain; charset=gb18030\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        )
        before = await self._kept("mail")
        received = local(self._clock.now()).strftime("%d-%b-%Y %H:%M:%S +0800")
        self._imap.lay(head.encode() + message.text.encode("gb18030"), received=received)
        await self._until_kept("mail", before + 1)

    async def _kept(self, channel: str) -> int:
        async with self.bot.store.read() as session:
            return await messages.count(session, self.bot.office_id, channel)

    async def _until_kept(self, channel: str, count: int) -> None:
        for _ in range(4000):
            if await self._kept(channel) >= count:
                break
            await asyncio.sleep(0.005)
        else:
            raise AssertionError(f"{channel} did not bring what was said")
        await self._stage.handle()


@asynccontextmanager
async def province(
    store: Store, settings: Settings, days: Sequence[GroupDay], gateway: Gateway, sms: FakeVendor, clock: PatientClock
) -> AsyncIterator[tuple[Province, FakeSmtp]]:
    async with FakeSmtp() as smtp, FakeImap() as imap:
        pacing = {channel.name: channel.pacing for channel in settings.channels}
        mail = MailServers(smtp, imap).settings(pacing=pacing["mail"])
        short = sms.settings(pacing=pacing["sms"])
        wechat = gateway.settings(pacing=pacing["webchat"])
        page = next(channel for channel in settings.channels if channel.kind == "webchat")
        settings = replace(
            settings,
            channels=(page, mail, short, wechat),
            rooms=tuple(replace(room, channel="wechaty") for room in settings.rooms),
        )

        def make(office: OfficeId) -> Mapping[str, Channel]:
            return {
                "wechaty": WechatyChannel(wechat, clock),
                "webchat": WebchatChannel(page, store, office, clock),
                "mail": MailChannel(mail, clock),
                "sms": SmsChannel(short, clock),
            }

        assert settings.register.content is not None
        async with store.begin() as session:
            office_id = await people.ensure_office(session, settings.office.name)
            await registering.put(session, office_id, settings.register.content, clock.now())
        reader = real()
        bot = await app.build(settings, store, clock, make, reader.heard, random.Random(1), reader.private)
        async with asyncio.TaskGroup() as tasks:
            hearing = [tasks.create_task(channel.receive(bot.inbox)) for channel in bot.channels.values()]
            await eventually(lambda: all(channel.standing.connected for channel in bot.channels.values()), within=20)
            try:
                yield Province(bot, clock, gateway, imap, smtp), smtp
            finally:
                for task in hearing:
                    task.cancel()


async def test_the_same_day_over_real_servers_says_the_same_to_the_same_people(
    store: Store, settings: Settings, days: Sequence[GroupDay], rehearsed: Sequence[Said], tmp_path: Path
) -> None:
    if reason := why_not():
        pytest.skip(reason)
    clock = PatientClock(at(days[0].date, time()))
    async with Gateway(tmp_path) as gateway, FakeVendor("aliyun", clock) as sms:
        for day in days:
            await gateway.add_room(day.room, [member.name for member in day.roster])
        async with province(store, settings, days, gateway, sms, clock) as (place, smtp):
            await place.live(days)
            said = await rehearsal.said(place.bot)
            heard = await gateway.said()
        async with store.read() as session:
            listed = await people.registered(session, place.bot.office_id)
    assert whom(said) == whom([post for post in rehearsed if "withheld" not in post])
    assert set(whom(said).values()) == {1}  # nobody is told anything twice
    # What the servers saw is what the store says.
    rooms = {day.room for day in days}
    in_groups = Counter(post["room"] for post in said if post["room"])
    assert Counter(talk.room for talk in heard if talk.room in rooms) == in_groups
    by_name = {person.name: person for person in listed}
    assert Counter(str(sent["PhoneNumbers"]) for sent in sms.sent) == Counter(
        by_name[post["to"]].phone for post in of(said, "短信催报")
    )
    assert Counter(mail.to for mail in smtp.mails) == Counter(
        by_name[post["to"]].email for post in of(said, "邮件催报")
    )


def whom(said: Sequence[Said]) -> Counter[tuple[Any, ...]]:
    """Why, where and to whom each was said, whom it called, and its words but for the hours that a list tells."""
    return Counter(
        (
            post["why"],
            post["room"],
            post["to"],
            tuple(sorted(post["mentions"])),
            "" if post["why"] == "电话名单" else post["text"],
        )
        for post in said
    )
