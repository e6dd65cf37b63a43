"""People are reached at the addresses of their rosters, what they answer counts as theirs, and what became of a post
that was sent is heeded."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from bot import app
from bot.app import Bot
from bot.channel import Addresses, Channel, Hears, Starts, Traits
from bot.channels.mail import MailChannel
from bot.channels.memory import MemoryChannel
from bot.channels.sms import SmsChannel
from bot.clock import VirtualClock, local
from bot.errors import DeliveryDelayed
from bot.messages import Conversation, Dispatch, Message, OfficeId, PersonId, Post, Receipt, Sender
from bot.rosters import Role, RosterEntry
from bot.settings import RoomSettings, Settings, WebchatSettings
from storage import Store, identities, people, posts, questions, records, register
from tests.fakes.mail_server import FakeImap, FakeSmtp, MailServers
from tests.fakes.sms_vendors import FakeVendor
from tests.office import GROUP, NO_PAUSE, STAFF_ROOM
from tests.reading import reads_nothing, real

MAIL = Traits(hears=Hears.PRIVATE, starts=Starts.ALWAYS, addresses=Addresses.EMAIL, waits_for_us=True)
SMS = Traits(hears=Hears.PRIVATE, starts=Starts.TEMPLATES, addresses=Addresses.PHONE, nudge="您有1条通知，请登录查看。")
PAGE = Traits(hears=Hears.ALL, starts=Starts.ALWAYS, reaches_people=True, sends_once=True)
GROUPS = Traits(hears=Hears.ALL, starts=Starts.ALWAYS)

ROSTER = (
    RosterEntry(name="张三", unit="岳麓区", email="zhang@x.test", phone="+8613900010001"),
    RosterEntry(name="李四", unit="岳麓区", phone="139000100020"),
    RosterEntry(name="周敏", unit="联工委", role=Role.STAFF, email="zhou@x.test", phone="13900010003"),
)


class Office:
    """A bot with the channels that a test wants."""

    def __init__(self, store: Store, clock: VirtualClock, **traits: Traits) -> None:
        self.store, self.clock = store, clock
        self.channels = {name: MemoryChannel(name, clock, given) for name, given in traits.items()}
        self.roster: Sequence[RosterEntry] = ROSTER
        self.reads = True
        self.bot: Bot

    async def open(self) -> Office:
        settings = Settings(
            channels=tuple(WebchatSettings(name=name, pacing=NO_PAUSE) for name in self.channels),
            rooms=(
                RoomSettings(name=GROUP, channel="group", roster=tuple(self.roster)),
                RoomSettings(name=STAFF_ROOM, channel="group", purpose="staff", roster=(self.roster[-1],)),
            ),
            schedules=(),
        )

        def make(_office: OfficeId) -> Mapping[str, Channel]:
            return dict(self.channels)

        reader = real() if self.reads else reads_nothing()
        self.bot = await app.build(settings, self.store, self.clock, make, reader.heard, random.Random(1))
        for room in settings.rooms:
            await self.bot.inbox.meet_room("group", f"room-{room.name}", room.name)
        return self

    async def person(self, name: str) -> int:
        async with self.store.read() as session:
            everybody = await people.everybody(session, self.bot.office_id)
        return next(known.person_id for known in everybody if known.name == name)

    async def tell(self, name: str, text: str = "只对您说", key: str = "k") -> None:
        async with self.store.begin() as session:
            until = self.clock.now() + timedelta(hours=24)
            post = Post(key=key, why="测试", text=text, person=PersonId(await self.person(name)), not_after=until)
            await self.bot.outbox.put(session, [post])
        await self.bot.outbox.send_due()

    async def hear(self, channel: str, account: str, text: str, name: str = "") -> None:
        self.clock.advance(1)
        message = Message(
            channel=channel,
            external_id=f"m{self.clock.now()}",
            sender=Sender(external_id=account, name=name or account),
            conversation=Conversation(external_id=account, private=True),
            text=text,
            sent_at=self.clock.now(),
        )
        await self.bot.inbox.accept(message)
        await self.bot.inbox.handle_waiting()

    async def owner(self, channel: str, address: str) -> str | None:
        async with self.store.begin() as session:
            identity = await identities.seen(session, self.bot.office_id, channel, address, "", None, self.clock.now())
            if identity.person_id is None:
                return None
            return (await people.names(session, [identity.person_id]))[identity.person_id]

    async def states(self) -> dict[str, str]:
        every = ("due", "claimed", "sent", "delivered", "stale", "held", "unknown", "refused")
        async with self.store.read() as session:
            found = await posts.in_states(session, self.bot.office_id, every)
        return {post.key: post.state for post in found}

    def said(self, channel: str) -> list[tuple[str, str]]:
        return [(dispatch.conversation.external_id, dispatch.text) for dispatch in self.channels[channel].said]


async def test_a_private_word_reaches_the_address_of_the_roster(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    await office.tell("张三")
    assert office.said("mail") == [("zhang@x.test", "只对您说")]


async def test_somebody_who_spoke_elsewhere_is_told_there(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    await office.hear("group", "wxid-1", "你好", name="张三")
    await office.tell("张三")
    assert office.said("group") == [("wxid-1", "只对您说")]


async def test_what_an_address_answers_counts_as_its_persons(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    await office.hear("mail", "zhang@x.test", "36.5，正常")
    async with store.read() as session:
        person = await office.person("张三")
        found = await records.health_of(session, office.bot.office_id, [person], local(clock.now()).date())
    assert [(record.speaker_id, record.subject_id, record.ill) for record in found] == [(person, person, False)]


async def test_a_name_beside_an_address_makes_nobody(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    await office.hear("mail", "evil@y.test", "38.5 发热")
    assert await office.owner("mail", "evil@y.test") is None


@pytest.mark.parametrize("proves", [True, False])
async def test_nobody_commands_where_anybody_can_pass_for_staff(
    store: Store, clock: VirtualClock, proves: bool
) -> None:
    office = await Office(store, clock, group=GROUPS, mail=replace(MAIL, proves_senders=proves)).open()
    await office.hear("mail", "zhou@x.test", "/汇总")
    await office.bot.outbox.send_due()
    ((place, text),) = office.said("mail")
    assert place == "zhou@x.test"
    assert ("应报" in text) is proves


async def test_addresses_follow_the_roster(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    assert await office.owner("mail", "zhang@x.test") == "张三"
    office.roster = (replace(ROSTER[0], email="new@x.test"), replace(ROSTER[1], email="zhang@x.test"), ROSTER[2])
    await office.open()
    assert await office.owner("mail", "new@x.test") == "张三"
    assert await office.owner("mail", "zhang@x.test") == "李四"
    office.roster = (replace(ROSTER[0], email=""), *ROSTER[1:])
    await office.open()
    assert await office.owner("mail", "new@x.test") is None
    assert await office.owner("mail", "zhang@x.test") is None


async def test_an_address_that_was_taken_off_the_roster_is_nobodys_even_of_one_that_spoke(
    store: Store, clock: VirtualClock
) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    await office.hear("mail", "zhang@x.test", "36.5，正常")
    await office.open()
    office.roster = (replace(ROSTER[0], email=""), *ROSTER[1:])
    await office.open()
    assert await office.owner("mail", "zhang@x.test") is None


async def test_the_register_tells_addresses_too_and_the_roster_comes_first(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL, sms=SMS).open()
    listed = [
        register.Row(name="李四", unit_code="430104", unit="岳麓区", email="li@x.test", standings={}),
        register.Row(
            name="王五", unit_code="430104", unit="岳麓区", email="zhang@x.test", phone="13900010009", standings={}
        ),
    ]
    async with store.begin() as session:
        await register.take_over(session, office.bot.office_id, [("430104", "岳麓区", "")], listed)
    await office.open()
    assert await office.owner("mail", "li@x.test") == "李四"
    assert await office.owner("mail", "zhang@x.test") == "张三"
    assert await office.owner("sms", "13900010009") == "王五"


async def test_an_address_that_staff_gave_to_somebody_stays_theirs(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    person = await office.person("李四")
    async with store.begin() as session:
        identity = await identities.seen(session, office.bot.office_id, "mail", "zhang@x.test", "", None, clock.now())
        await identities.bind(session, identity, person, "staff", clock.now())
    await office.open()
    assert await office.owner("mail", "zhang@x.test") == "李四"


async def test_an_address_beside_two_people_is_the_first_ones(store: Store, clock: VirtualClock) -> None:
    office = Office(store, clock, group=GROUPS, mail=MAIL)
    office.roster = (ROSTER[0], replace(ROSTER[1], email="zhang@x.test"), ROSTER[2])
    await office.open()
    assert await office.owner("mail", "zhang@x.test") == "张三"


async def test_telephone_numbers_are_addresses_where_they_are_mobile(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, sms=SMS).open()
    assert await office.owner("sms", "13900010001") == "张三"
    async with store.read() as session:
        assert await identities.of_person(session, await office.person("李四")) == []


async def test_the_channels_of_the_settings_are_made_and_the_vendors_address_is_served(
    store: Store, clock: VirtualClock
) -> None:
    servers = MailServers(FakeSmtp(), FakeImap())
    mail = servers.settings(smtp="127.0.0.1:25", imap="127.0.0.1:143")
    sms = FakeVendor("aliyun", clock).settings()
    made = app.channels_of(Settings(channels=(mail, sms)), store, clock)(OfficeId(1))
    assert isinstance(made["mail"], MailChannel)
    assert isinstance(made["sms"], SmsChannel)
    served = web.Application()
    made["sms"].attach(served)
    assert [str(route.resource) for route in served.router.routes()] == ["<DynamicResource  /sms/sms/{secret}>"]


# ── something waits ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_waits_on_the_page_is_told_by_approved_words_once_a_day(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, page=PAGE, sms=SMS).open()
    await office.tell("张三", "张三 38.5 发热", key="a")
    await office.tell("张三", "还有一件事", key="b")
    assert [text for _, text in office.said("page")] == ["张三 38.5 发热", "还有一件事"]
    assert office.said("sms") == [("13900010001", SMS.nudge)]
    clock.advance(24 * 3600)
    await office.tell("张三", "明天的事", key="c")
    assert len(office.said("sms")) == 2


async def test_who_is_told_otherwise_needs_no_nudge(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, page=PAGE, mail=MAIL, sms=SMS).open()
    await office.tell("张三")
    assert (len(office.said("mail")), office.said("sms")) == (1, [])


async def test_where_nothing_can_be_read_nobody_is_sent_to_read_it(store: Store, clock: VirtualClock) -> None:
    office = await Office(store, clock, group=GROUPS, sms=SMS).open()
    await office.tell("张三")
    assert office.said("sms") == []
    assert (await office.states())["k"] == "held"


# ── what became of it ───────────────────────────────────────────────────────────────────────────────────────────


async def sent_by_mail(store: Store, clock: VirtualClock) -> tuple[Office, int]:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    await office.tell("张三", "体温异常，请联系我们")
    return office, office.channels["mail"].said[0].id


def bounced(post_id: int, account: str = "zhang@x.test", channel: str = "mail") -> Receipt:
    return Receipt(channel=channel, delivered=False, dispatch_id=post_id, account=account, detail="退信 5.1.1")


async def test_a_bounce_makes_the_post_refused_and_staff_are_told_not_what_it_said(
    store: Store, clock: VirtualClock
) -> None:
    office, post_id = await sent_by_mail(store, clock)
    assert await office.bot.inbox.note_receipt(bounced(post_id))
    assert await office.bot.inbox.note_receipt(bounced(post_id))
    await office.bot.outbox.send_due()
    assert (await office.states())["k"] == "refused"
    ((place, text),) = office.said("group")
    assert place == f"room-{STAFF_ROOM}"
    assert "张三" in text
    assert "体温" not in text


@pytest.mark.parametrize(
    ("account", "channel", "off"), [("li@x.test", "mail", 0), ("zhang@x.test", "group", 0), ("zhang@x.test", "mail", 9)]
)
async def test_a_receipt_about_somebody_else_is_none(
    store: Store, clock: VirtualClock, account: str, channel: str, off: int
) -> None:
    office, post_id = await sent_by_mail(store, clock)
    assert not await office.bot.inbox.note_receipt(bounced(post_id + off, account, channel))
    assert (await office.states())["k"] == "sent"


async def test_a_receipt_that_comes_a_month_later_is_none(store: Store, clock: VirtualClock) -> None:
    office, post_id = await sent_by_mail(store, clock)
    clock.advance(30 * 24 * 3600)
    assert not await office.bot.inbox.note_receipt(bounced(post_id))


async def test_a_delivery_is_noted_by_id_or_by_proof_and_a_late_bounce_does_not_undo_it(
    store: Store, clock: VirtualClock
) -> None:
    office, post_id = await sent_by_mail(store, clock)
    told = Receipt(channel="mail", delivered=True, proof=f"memory-{post_id}")
    assert await office.bot.inbox.note_receipt(told)
    assert await office.bot.inbox.note_receipt(told)
    assert await office.bot.inbox.note_receipt(bounced(post_id))
    assert (await office.states())["k"] == "delivered"
    assert not await office.bot.inbox.note_receipt(Receipt(channel="mail", delivered=True, proof="memory-99"))
    assert not await office.bot.inbox.note_receipt(Receipt(channel="mail", delivered=True))


async def test_a_question_of_which_it_is_known_that_it_arrived_is_answered_as_any(
    store: Store, clock: VirtualClock
) -> None:
    office = await Office(store, clock, group=GROUPS, mail=MAIL).open()
    await office.hear("mail", "zhang@x.test", "有点不舒服")
    await office.bot.outbox.send_due()
    (asked,) = (said for said in office.channels["mail"].said if said.conversation.external_id == "zhang@x.test")
    assert await office.bot.inbox.note_receipt(Receipt(channel="mail", delivered=True, dispatch_id=asked.id))
    await office.hear("mail", "zhang@x.test", "没有")
    async with store.read() as session:
        assert await questions.open_ones(session, office.bot.office_id) == []


async def test_a_post_that_has_to_wait_holds_up_nobody_else(store: Store, clock: VirtualClock) -> None:
    class Full(MemoryChannel):
        async def send(self, dispatch: Dispatch) -> str | None:
            if dispatch.conversation.external_id == "zhang@x.test" and clock.now() < until:
                raise DeliveryDelayed("邮箱满了", 600)
            return await super().send(dispatch)

    until = clock.now() + timedelta(seconds=500)
    office = Office(store, clock, group=GROUPS)
    office.channels["mail"] = Full("mail", clock, MAIL)
    await office.open()
    await office.tell("张三", key="a")
    await office.tell("周敏", key="b")
    assert office.said("mail") == [("zhou@x.test", "只对您说")]
    assert (await office.states())["a"] == "due"
    clock.advance(599)
    await office.bot.outbox.send_due()
    assert len(office.said("mail")) == 1
    clock.advance(2)
    await office.bot.outbox.send_due()
    assert len(office.said("mail")) == 2
    assert await office.states() == {"a": "sent", "b": "sent"}
