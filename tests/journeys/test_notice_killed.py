"""A notice sent and answered by a real process that is killed on the way: real mail, the chat page."""

from __future__ import annotations

import asyncio
import contextlib
import email
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock, local
from storage import Store, messages, notices, people, posts, rooms
from storage.notices import Entry
from storage.tables import Post
from tests.chatroom import Page
from tests.fakes.mail_server import OWN, PASSWORD, FakeImap, FakeSmtp
from tests.journeys.running import Program

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

BY_MAIL, IN_GROUP = 30, 5
TOML = """
schedules = []
[web]
port = {port}
[outbox]
lease_seconds = 2.0
[channels.webchat]
[channels.mail]
address = "{own}"
smtp = "127.0.0.1:{smtp}"
smtp_security = "plain"
imap = "127.0.0.1:{imap}"
imap_security = "plain"
poll_seconds = 1.0
[channels.mail.pacing]
min_gap_seconds = 0.1
jitter_seconds = 0
channel_per_minute = 1000
[manners]
quiet_from_hour = 0
quiet_to_hour = 0
[[rooms]]
name = "全县群"
channel = "webchat"
roster = "全县.csv"
[[rooms]]
name = "镇里群"
channel = "webchat"
roster = "镇里.csv"
[[rooms]]
name = "值班群"
channel = "webchat"
purpose = "staff"
roster = "值班.csv"
"""


class Office(Program):
    """The program, its mail servers, and what its store says."""

    def __init__(self, folder: Path, store: str, smtp: FakeSmtp, imap: FakeImap) -> None:
        super().__init__(folder, store, LIAISON_MAIL_PASSWORD=PASSWORD)
        self.smtp, self.imap, self.clock = smtp, imap, SystemClock()
        mailed = "".join(f"代表{n:02},第{n % 3}镇,代表,d{n:02}@x.test\n" for n in range(BY_MAIL))
        grouped = "".join(f"代表{n:02},第9镇,代表,\n" for n in range(BY_MAIL, BY_MAIL + IN_GROUP))
        head, staff = "姓名,单位,身份,邮箱\n", "周敏,联工委,工作人员,\n谭芳,联工委,工作人员,\n"
        (folder / "全县.csv").write_text(f"{head}{mailed}外地代表,外省,代表,\n", "utf-8")
        (folder / "镇里.csv").write_text(f"{head}{grouped}", "utf-8")
        (folder / "值班.csv").write_text(f"{head}{staff}", "utf-8")
        toml = TOML.format(port=self.port, own=OWN, smtp=smtp.port, imap=imap.port)
        (folder / "bot.toml").write_text(toml, "utf-8")

    async def say(self, who: str, room: str, text: str) -> None:
        """Somebody says something at the chat page."""
        async with self.reading() as (store, office_id), store.read() as session:
            ids = {m.name: m.person_id for m in await people.everybody(session, office_id)}
            place = await rooms.by_name(session, office_id, "webchat", room)
        assert place is not None
        address = f"http://127.0.0.1:{self.port}"
        async with (
            aiohttp.ClientSession() as session_,
            session_.ws_connect(f"{address}/seat/{ids[who]}/socket", origin=address, max_msg_size=0) as socket,
        ):
            page = Page(socket)
            await page.send(type="enter", seen={})
            await page.next("welcome")
            assert (await page.say(f"room:{place.id}", text))["type"] == "kept"

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[tuple[Store, int]]:
        store = Store.open(self.store)
        try:
            async with store.read() as session:
                office_id = await people.office(session, "联工委")
            yield store, office_id or 0
        finally:
            await store.close()

    async def posts(self, *states: str) -> Sequence[Post]:
        since = self.clock.now() - timedelta(hours=1)
        async with self.reading() as (store, office_id), store.read() as session:
            found = await posts.in_states(session, office_id, states, since, most=200)
            return [post for post in found if post.key.startswith("notice/")]

    async def ledger(self) -> Sequence[Entry]:
        async with self.reading() as (store, office_id), store.read() as session:
            notice = await notices.numbered(session, office_id, 1)
            return await notices.ledger(session, notice.id) if notice is not None else ()

    async def unhandled(self) -> int:
        async with self.reading() as (store, office_id), store.read() as session:
            return await messages.waiting(session, office_id)

    async def again(self) -> None:
        """Killed, and started again."""
        await self.kill()
        await self.start()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 40.0) -> None:
    """Returns when what is awaited becomes true."""
    async with asyncio.timeout(seconds):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


@pytest.fixture
async def office(tmp_path: Path, store_url: str) -> AsyncIterator[Office]:
    async with FakeSmtp() as smtp, FakeImap() as imap:
        running = Office(tmp_path, store_url, smtp, imap)
        await running.start()
        yield running
        await running.kill()


def answer(office: Office, content: bytes, to: str, number: int) -> str:
    proof = email.message_from_bytes(content)["Message-ID"]
    return (
        f"From: {to}\nTo: {OWN}\nMessage-ID: <{number}.{to}>\nIn-Reply-To: {proof}\nSubject: Re: x\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n收到，谢谢\n"
    )


async def test_nobody_gets_it_twice_and_everybody_counts_once_over_two_kills(office: Office) -> None:
    draft = "/通知 第0镇、第1镇、第2镇、第9镇 代表\n标题：会议\n截止：明天 18:00\n紧急：是\n\n会议推迟。"
    await office.say("周敏", "值班群", draft)
    await office.say("谭芳", "值班群", "/批准 1")
    await until(lambda: _holds(len(office.smtp.mails) >= 8))
    await office.again()
    await until(lambda: _holds(len(office.smtp.mails) >= 18))
    await office.again()

    async def all_decided() -> bool:
        return len(await office.ledger()) == BY_MAIL + IN_GROUP and not await office.posts("due", "claimed")

    await until(all_decided)
    held = await office.posts("held", "unknown")
    assert len(held) <= 2
    async with office.reading() as (store, _), store.read() as session:
        names = await people.names(session, [post.person_id or 0 for post in held])
    for post in held:  # staff look whether the mail is there
        went = f"d{names[post.person_id or 0].removeprefix('代表')}@x.test" in {mail.to for mail in office.smtp.mails}
        await office.say("周敏", "值班群", f"/{'作罢' if went else '重发'} {post.id}")

    async def none_held() -> bool:
        return not await office.posts("held", "unknown", "due", "claimed")

    await until(none_held)
    assert Counter(mail.to for mail in office.smtp.mails) == {f"d{n:02}@x.test": 1 for n in range(BY_MAIL)}
    assert len([post for post in await office.posts("sent", "delivered") if post.room_id is not None]) == 1
    await answered_over_a_kill(office)


async def answered_over_a_kill(office: Office) -> None:
    """Everybody answers, by mail twice; the process is killed in between."""
    received = local(office.clock.now()).strftime("%d-%b-%Y %H:%M:%S +0800")
    for number in (1, 2):
        for mail in list(office.smtp.mails):
            office.imap.lay(answer(office, mail.content, mail.to, number), received=received)

    async def some_answered() -> bool:
        return len([entry for entry in await office.ledger() if entry.seen is not None]) >= 5

    await until(some_answered)
    await office.again()
    for n in range(BY_MAIL, BY_MAIL + IN_GROUP):
        await office.say(f"代表{n:02}", "镇里群", "收到")

    async def all_answered() -> bool:
        return all(entry.seen is not None for entry in await office.ledger()) and not await office.unhandled()

    await until(all_answered)
    ledger = await office.ledger()
    assert len(ledger) == BY_MAIL + IN_GROUP
    routes = Counter((entry.seen.route, entry.seen.channel) for entry in ledger if entry.seen is not None)
    assert routes == {("private", "mail"): BY_MAIL, ("room", "webchat"): IN_GROUP}


async def _holds(condition: bool) -> bool:
    return condition
