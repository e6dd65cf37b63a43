"""`liaison channels`: what is configured, how it stands, and a test that reaches whoever asks and nobody else."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot import app
from bot.channel import Hears, Starts, Traits
from bot.cli import channels, check
from bot.cli.setup import offline
from bot.clock import SystemClock
from bot.errors import BotError
from bot.messages import Post, RoomId
from bot.rosters import Role, RosterEntry
from bot.settings import RoomSettings, Settings, StoreSettings, WebchatSettings, WebSettings
from storage import identities, posts, rooms
from storage.people import everybody
from tests.eventually import eventually
from tests.fakes.dingtalk import GROUP, FakeDingtalk
from tests.gateway.process import free_port
from tests.reading import real
from tests.test_cli import liaison

ROOM: Final = "代表群"
ROSTER: Final = (
    RosterEntry(name="张三"),
    RosterEntry(name="周敏", role=Role.STAFF),
    RosterEntry(name="吴静", role=Role.STAFF),
)


@pytest.fixture
async def platform() -> AsyncIterator[FakeDingtalk]:
    async with FakeDingtalk(SystemClock()) as running:
        running.members = {"zhoumin"}
        yield running


def settings_for(platform: FakeDingtalk, store_url: str) -> Settings:
    return Settings(
        store=StoreSettings(url=store_url),
        web=WebSettings(port=free_port()),
        channels=(platform.stream(), platform.webhook(), WebchatSettings()),
        rooms=(RoomSettings(name=ROOM, channel="dingtalk_stream", external_id=GROUP, roster=ROSTER),),
        schedules=(),
    )


@asynccontextmanager
async def running_bot(settings: Settings) -> AsyncIterator[app.Bot]:
    """The bot as `liaison run` runs it, its channels connected."""
    clock, stop, serving = SystemClock(), asyncio.Event(), asyncio.Event()
    async with app.opened(settings) as store:
        make = app.channels_of(settings, store, clock)
        bot = await app.build(settings, store, clock, make, real().heard, random.Random(1))
        reloading = app.reloading_of(bot, real(), asyncio.Event())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.run(stop, lambda _: serving.set(), reloading))
            await serving.wait()
            await eventually(lambda: all(channel.standing.connected for channel in bot.channels.values()))
            yield bot
            stop.set()


async def introduce(platform: FakeDingtalk, bot: app.Bot) -> None:
    """Has one of the staff speak to the robot, so that it knows their account."""
    await platform.say("在", private=True, senderStaffId="zhoumin", senderNick="周敏")
    await eventually(lambda: platform.acks)
    await bot.inbox.handle_waiting()


async def bound(settings: Settings, platform: FakeDingtalk) -> None:
    """A store in which the account of one of the staff is known and bound to them."""
    async with running_bot(settings) as bot:
        await introduce(platform, bot)
        async with bot.store.begin() as session:
            (zhou,) = [m for m in await everybody(session, bot.office_id) if m.name == "周敏"]
            account = await identities.named(session, bot.office_id, "周敏")
            await identities.bind(session, account[0], zhou.person_id, "staff", SystemClock().now())


async def test_the_list_says_what_each_can_do_and_how_it_stands(platform: FakeDingtalk, store_url: str) -> None:
    settings = settings_for(platform, store_url)
    async with running_bot(settings) as bot:
        alive, told = await channels._listed(settings)
        before = {one.name: one for one in told}
        await introduce(platform, bot)
        _, told = await channels._listed(settings)
    after = {one.name: one for one in told}
    assert alive
    assert list(before) == ["dingtalk_stream", "dingtalk_webhook", "webchat"]
    stream = before["dingtalk_stream"]
    assert (stream.connected, stream.detail, stream.called) == (True, "已连上", "钉钉 Stream 机器人")
    assert "听得到群里 @ 它的话和私聊" in stream.can
    assert (stream.heard_at, stream.sent_at) == (None, None)
    assert after["dingtalk_stream"].heard_at is not None
    assert after["dingtalk_webhook"].heard_at is None


async def test_without_a_running_bot_nobody_knows_whether_it_is_connected(
    platform: FakeDingtalk, store_url: str
) -> None:
    alive, told = await channels._listed(settings_for(platform, store_url))
    assert not alive
    assert [one.connected for one in told] == [None, None, None]


async def test_a_channel_that_is_away_leaves_its_step_to_the_office(
    platform: FakeDingtalk, store_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(platform, store_url)
    async with running_bot(settings) as bot:
        platform.closed = True
        await platform.hang_up()
        await eventually(lambda: not bot.channels["dingtalk_stream"].standing.connected)
        alive, told = await channels._listed(settings)
        findings = [finding async for finding in check._of_channels(settings)]
        platform.closed = False
        await eventually(lambda: bot.channels["dingtalk_stream"].standing.connected)
    channels._show(alive, told, channels.missing(settings))
    shown = capsys.readouterr().out
    assert "连不上钉钉，正在重试" in shown
    assert "这一步由办公室做" in shown
    assert "没有配置短信、邮件" in shown
    assert [(finding.weight, finding.where) for finding in findings] == [
        ("note", "bot.toml"),
        ("waiting", "channels.dingtalk_stream"),
    ]
    assert "办公室" in findings[1].remedy


@pytest.mark.parametrize("alive", [True, False], ids=["the bot sends it", "it is sent from here"])
async def test_a_test_goes_to_who_asks_and_to_no_group(platform: FakeDingtalk, store_url: str, alive: bool) -> None:
    settings = settings_for(platform, store_url)
    await bound(settings, platform)
    if alive:
        async with running_bot(settings):
            state, words = await channels._tested(settings, "dingtalk_stream", "周敏")
    else:
        state, words = await channels._tested(settings, "dingtalk_stream", "周敏")
    assert (state, words) == ("sent", "已发给周敏本人，请看看收到没有。")
    ((how, whom, text),) = platform.sent
    assert (how, whom) == ("private", "zhoumin")
    assert "这是一条试发" in text
    async with app.opened(settings) as store, store.read() as session:
        (post,) = await posts.in_states(session, 1, ("sent",))
        assert (post.why, post.room_id, post.proof[:4]) == ("试发 dingtalk_stream", None, "key-")
        assert await posts.last_sent(session, 1, "dingtalk_stream") is not None


async def test_a_test_sends_nothing_else_that_waits(platform: FakeDingtalk, store_url: str) -> None:
    settings = settings_for(platform, store_url)
    await bound(settings, platform)
    async with offline(settings) as bot, bot.store.begin() as session:
        room = await rooms.by_name(session, bot.office_id, "dingtalk_stream", ROOM)
        assert room is not None
        late = bot.clock.now() + timedelta(hours=1)
        await bot.outbox.put(session, [Post(key="k", why="提醒", text="请上报", room=RoomId(room.id), not_after=late)])
    await channels._tested(settings, "dingtalk_stream", "周敏")
    assert [how for how, *_ in platform.sent] == ["private"]


@pytest.mark.parametrize(
    ("refusal", "state", "words"),
    [
        pytest.param((400, "staffId.notExisted"), "refused", "被平台拒绝", id="refused"),
        pytest.param((403, "Forbidden.AccessDenied.QpsLimitForApi"), "stale", "没有发出", id="not now"),
        pytest.param((400, "unknown.send.result"), "unknown", "可能发出了，也可能没有", id="unknown"),
    ],
)
async def test_a_test_that_did_not_go_out_says_why(
    platform: FakeDingtalk, store_url: str, refusal: tuple[int, str], state: str, words: str
) -> None:
    settings = settings_for(platform, store_url)
    await bound(settings, platform)
    platform.refusals["batchSend"] = refusal
    found, said = await channels._tested(settings, "dingtalk_stream", "周敏")
    assert found == state
    assert words in said
    assert refusal[1] in said


@pytest.mark.parametrize(
    ("channel", "to", "said"),
    [
        ("nowhere", "周敏", "没有配置渠道 nowhere"),
        ("dingtalk_stream", None, "请用 --to 写您的姓名"),
        ("dingtalk_stream", "张三", "工作人员里没有叫“张三”的"),
        ("dingtalk_stream", "吴静", "还不认识吴静的账号"),
        ("dingtalk_webhook", "周敏", "试发不发到群里"),
    ],
)
async def test_a_test_that_would_reach_somebody_else_is_not_sent(
    platform: FakeDingtalk, store_url: str, channel: str, to: str | None, said: str
) -> None:
    settings = settings_for(platform, store_url)
    with pytest.raises(BotError, match=said):
        await channels._tested(settings, channel, to)
    assert platform.sent == []


def test_every_trait_is_told_in_words() -> None:
    for hears in Hears:
        for starts in Starts:
            told = channels.abilities(Traits(hears=hears, starts=starts, files=True, per_minute=20))
            assert "每分钟 20 条" in told
            assert "能发文件" in told


@pytest.mark.slow
def test_the_command_prints_one_document_and_leaves_groups_alone(tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 'l.db'}"
    (tmp_path / "bot.toml").write_text(f"[web]\nport = {free_port()}\n", "utf-8")
    done = liaison("channels", "--json", store=store, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["running"] is False
    assert [(one["name"], one["connected"]) for one in found["channels"]] == [("webchat", None)]
    assert found["by_hand"] == ["短信", "邮件"]
    shown = liaison("channels", store=store, cwd=tmp_path)
    assert "机器人没有在运行" in shown.stdout
    refused = liaison("channels", "--test", "webchat", store=store, cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "名单里没有工作人员" in refused.stderr
    assert liaison("channels", "--to", "周敏", store=store, cwd=tmp_path).returncode == 1
