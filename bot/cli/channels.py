"""`liaison channels`: what is configured, what each can do, how it stands; and a test that one sends to oneself.

A test goes to one member of staff, alone, by an account that is theirs: never to a group. While the bot runs it is a
post like any other, and the bot sends it; otherwise this process claims and sends that one post and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from bot import app, wording
from bot.app import Bot
from bot.channel import Addresses, Channel, Hears, Starts, Traits
from bot.cli import running
from bot.cli.setup import complete, offline
from bot.cli.sources import settings_of
from bot.clock import SystemClock, local
from bot.errors import BotError, ChannelUnavailable, DeliveryDelayed, DeliveryRefused, DeliveryUnknown
from bot.messages import Conversation, Dispatch, OfficeId, PersonId, Post
from bot.settings import Settings
from bot.settings.kinds import KINDS
from storage import Session, identities, messages, people, posts

_GOOD_FOR: Final = timedelta(minutes=2)
"""A test that is late tells nothing."""
_LOOK_SECONDS: Final = 0.5
_LOOKS: Final = 60
BY_HAND: Final = "它该发的，过了时限会列在 /待发；请办公室照着发，发完 /作罢"

_HEARS: Final = {
    Hears.ALL: "听得到群里的话",
    Hears.MENTIONS: "听得到群里 @ 它的话和私聊",
    Hears.PRIVATE: "只听得到私聊",
    Hears.NOTHING: "听不到",
}
_STARTS: Final = {
    Starts.ALWAYS: "可以先开口",
    Starts.WINDOW: "对方说过话才能说",
    Starts.TEMPLATES: "只能说审核过的模板",
    Starts.NEVER: "只能回答",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One channel, as it is listed.

    Args:
        connected: None where the bot does not run, so that nobody knows.
        heard_at: when somebody last said something there (ISO 8601); None for never, or not lately.
        sent_at: when something last went out there.
    """

    name: str
    kind: str
    called: str
    can: Sequence[str]
    connected: bool | None
    since: str | None
    detail: str
    heard_at: str | None
    sent_at: str | None


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Prints the list, or sends a test; 1 where the test did not go out."""
    settings = settings_of(arguments, environ)
    if arguments.test is None:
        if arguments.to is not None:
            raise BotError("--to 要和 --test 一起用，例如 liaison channels --test 渠道 --to 姓名")
        alive, told = complete(_listed(settings))
        if arguments.json:
            print(_json({"running": alive, "channels": [asdict(one) for one in told], "by_hand": missing(settings)}))
        else:
            _show(alive, told, missing(settings))
        return 0
    state, words = complete(_tested(settings, arguments.test, arguments.to))
    print(_json({"channel": arguments.test, "state": state, "detail": words}) if arguments.json else words)
    return 0 if state == "sent" else 1


def _json(found: Mapping[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2)


def missing(settings: Settings) -> Sequence[str]:
    """The ways of reaching people that no channel is configured for: the office goes them by hand."""
    kinds = {channel.kind for channel in settings.channels}
    return [KINDS[kind].called for kind in ("sms", "mail") if kind not in kinds]


def abilities(traits: Traits) -> Sequence[str]:
    """What a channel can do, in the words of those who run it."""
    found = [_HEARS[traits.hears], _STARTS[traits.starts]]
    found.append("能 @ 人" if traits.mentions else "@ 不到人，写出名字")
    found.append("能发文件" if traits.files else "文件发成链接")
    if traits.addresses is not None:
        found.append("按名单里的邮箱找人" if traits.addresses is Addresses.EMAIL else "按名单里的手机号找人")
    if traits.reaches_people:
        found.append("名单上的人都找得到")
    if traits.recalls:
        found.append("知道撤回")
    if traits.waits_for_us:
        found.append("停机期间的话不丢")
    if traits.per_minute is not None:
        found.append(f"每分钟 {traits.per_minute} 条")
    return found


# ── the list ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _listed(settings: Settings) -> tuple[bool, Sequence[Told]]:
    alive = await running.channels(settings)
    async with app.opened(settings) as store, store.read() as session:
        office_id = await people.office(session, settings.office.name)
        made = app.channels_of(settings, store, SystemClock())(OfficeId(office_id or 0))
        return alive is not None, [
            await _one(session, office_id, settings, channel, alive) for channel in made.values()
        ]


async def _one(
    session: Session,
    office_id: int | None,
    settings: Settings,
    channel: Channel,
    alive: Mapping[str, Mapping[str, Any]] | None,
) -> Told:
    standing = (alive or {}).get(channel.name)
    heard_at = await messages.last_heard(session, office_id, channel.name) if office_id is not None else None
    sent_at = await posts.last_sent(session, office_id, channel.name) if office_id is not None else None
    kind = next(one.kind for one in settings.channels if one.name == channel.name)
    return Told(
        name=channel.name,
        kind=kind,
        called=KINDS[kind].called,
        can=abilities(channel.traits),
        connected=bool(standing.get("connected")) and not standing.get("deaf") if standing is not None else None,
        since=str(standing["since"]) if standing is not None and "since" in standing else None,
        detail=str(standing.get("detail", "")) if standing is not None else "",
        heard_at=_iso(heard_at),
        sent_at=_iso(sent_at),
    )


def _iso(moment: datetime | None) -> str | None:
    return local(moment).isoformat(timespec="seconds") if moment is not None else None


def _show(alive: bool, told: Sequence[Told], by_hand: Sequence[str]) -> None:
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    if not alive:
        console.print(Text("机器人没有在运行（或者没有应答），连没连上要等它运行才知道。", style="yellow"))
    for one in told:
        console.print(Text(one.name, style="bold").append(f"  {one.called}", style="not bold"))
        console.print(f"  能做：{'；'.join(one.can)}", markup=False)
        if one.connected is not None:
            words = one.detail or ("已连上" if one.connected else "没有连上")
            console.print(Text("  现在：").append(words, style="green" if one.connected else "bold red"))
        if one.connected is False:
            console.print(f"  这一步由办公室做：{BY_HAND}", markup=False)
        console.print(f"  最近听到：{_clock(one.heard_at)}；最近发出：{_clock(one.sent_at)}", markup=False)
    if by_hand:
        console.print(Text(f"没有配置{'、'.join(by_hand)}：要这样找人的那一步由办公室自己做。", style="cyan"))


def _clock(moment: str | None) -> str:
    return f"{datetime.fromisoformat(moment):%m-%d %H:%M}" if moment else "没有"


# ── a test ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _tested(settings: Settings, name: str, to: str | None) -> tuple[str, str]:
    """The state in which the test's post ended, and what to say of it."""
    known = [channel.name for channel in settings.channels]
    if name not in known:
        raise BotError(f"没有配置渠道 {name}。已配置的有：{'、'.join(known)}")
    alive = await running.channels(settings)
    async with offline(settings) as bot:
        channel = bot.channels[name]
        async with bot.store.begin() as session:
            person_id, called = await _asker(session, bot.office_id, to)
            identity_id = await _account(session, bot, channel, person_id, called)
            post_id = await _put(session, bot, channel, person_id, identity_id)
        if alive is not None and name in alive:
            return await _watched(bot, post_id, called)
        return await _sent_here(bot, channel, post_id, called)


async def _asker(session: Session, office_id: int, to: str | None) -> tuple[int, str]:
    """Who the test goes to: one of the staff, the one who asks."""
    staff = [member for member in await people.everybody(session, office_id) if member.role == "staff"]
    found = [member for member in staff if to is None or member.name == to]
    if len(found) == 1:
        return found[0].person_id, found[0].name
    names = "、".join(member.name for member in staff)
    if not staff:
        raise BotError("名单里没有工作人员。试发只发给工作人员本人，请先在名单里加上")
    if to is None:
        raise BotError(f"请用 --to 写您的姓名，试发只发给您本人。工作人员有：{names}")
    raise BotError(f"工作人员里{'有几位' if found else '没有'}叫“{to}”的。试发只发给工作人员本人：{names}")


async def _account(session: Session, bot: Bot, channel: Channel, person_id: int, called: str) -> int:
    accounts = await identities.of_person(session, person_id, channel.name)
    if accounts:
        return accounts[0].id
    if channel.traits.reaches_people:
        now = bot.clock.now()
        seat = await identities.seen(session, bot.office_id, channel.name, f"person:{person_id}", called, None, now)
        if seat.person_id is None:
            await identities.bind(session, seat, person_id, "link", now)
        return seat.id
    if channel.traits.hears is Hears.NOTHING and channel.traits.addresses is None:
        raise BotError(f"{channel.name} 只能在群里说话。试发不发到群里：请等下一次定时，或者在群里看它发的话")
    raise BotError(f"{channel.name} 里还不认识{called}的账号。请先在那里给机器人发一句话，认出来以后再试")


async def _put(session: Session, bot: Bot, channel: Channel, person_id: int, identity_id: int) -> int:
    now = bot.clock.now()
    words = wording.channel_test(channel.name, local(now))
    key = f"channel-test/{channel.name}/{person_id}/{local(now):%Y-%m-%dT%H:%M:%S}"
    test = Post(
        key=key,
        why=f"试发 {channel.name}",
        text=channel.traits.nudge or words,  # some may say approved words only
        person=PersonId(person_id),
        identity=identity_id,
        channel=channel.name,
        not_after=now + _GOOD_FOR,
    )
    await bot.outbox.put(session, [test])
    made = await posts.by_key(session, bot.office_id, key)
    assert made is not None, "it was put just now"
    return made.id


async def _watched(bot: Bot, post_id: int, called: str) -> tuple[str, str]:
    """Waits until the running bot has sent it."""
    for _ in range(_LOOKS):
        async with bot.store.read() as session:
            post = await posts.get(session, post_id)
            if post.state not in posts.OPEN:
                return _outcome(post.state, post.note, called)
        await asyncio.sleep(_LOOK_SECONDS)
    return "due", "还没有发出，机器人在两分钟内会再试。为什么没有发出，请看 liaison channels"


async def _sent_here(bot: Bot, channel: Channel, post_id: int, called: str) -> tuple[str, str]:
    """Sends that one post from here, as the outbox does; whoever claims it first sends it."""
    lease = timedelta(seconds=bot.settings.outbox.lease_seconds)
    async with bot.store.begin() as session:
        claimed = await posts.claim(session, post_id, bot.clock.now(), lease)
    async with bot.store.read() as session:
        post = await posts.get(session, post_id)
        identity = await identities.get(session, post.identity_id or 0)
    if not claimed:
        return post.state, "别的进程正在发这一条。请看 liaison channels"
    place = Conversation(external_id=identity.external_id, private=True)
    state, note, proof = "sent", "", None
    try:
        proof = await channel.send(Dispatch(id=post_id, conversation=place, text=post.text))
    except DeliveryUnknown as exc:
        state, note = "unknown", str(exc)
    except DeliveryRefused as exc:
        state, note = "refused", str(exc)
    except (ChannelUnavailable, DeliveryDelayed) as exc:
        state, note = "stale", str(exc)  # nobody waits for a test
    async with bot.store.begin() as session:
        sent_at = bot.clock.now() if state == "sent" else None
        await posts.settle(session, post_id, state, note=note[:300], sent_at=sent_at, proof=(proof or "")[:200])
    if state == "stale":
        return state, f"没有发出：{note}。这个渠道也许要机器人运行着才能发，请先 liaison run 再试"
    return _outcome(state, note, called)


def _outcome(state: str, note: str, called: str) -> tuple[str, str]:
    if state in ("sent", "delivered"):
        return "sent", f"已发给{called}本人，请看看收到没有。"
    words = {"unknown": "可能发出了，也可能没有", "refused": "被平台拒绝", "held": "扣着没有发", "stale": "没有发出"}
    return state, f"{words.get(state, state)}：{_note(note) or '没有说原因'}"


def _note(note: str) -> str:
    return note.rstrip("。")
