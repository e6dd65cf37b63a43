"""Notices (通知): `/通知` drafts, lists and shows, `/批准` sends, `/更正通知` and `/撤回通知` follow up.

`/回执` tells who has answered. A draft is seen by staff only; to send one to everyone takes a second of them.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import audience, daybook, noticing, wording
from bot import people as naming
from bot.audience import Audience, Reached
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Post
from bot.noticing import Plan, Reaching
from bot.people import Known
from bot.records import Command
from bot.rosters import Role
from bot.settings import Settings
from bot.settings.kinds import KINDS
from handlers import drafts
from handlers.drafts import Draft
from storage import Session, files, notices, people
from storage.notices import CORRECTION, DRAFT, DROPPED, NOTICE, SENDING, SENT, WITHDRAWAL, Entry
from storage.tables import Notice

FILE_DAYS = 60
"""How long the files of a notice can be fetched by their links."""


def reaching_of(heard: Heard) -> Reaching:
    """What steps are taken with, in these circumstances."""
    return Reaching(settings=heard.settings, office_id=heard.office_id, reach=heard.reach, hears=heard.hears)


# --- drafts ----------------------------------------------------------------------------------------------------------


async def notice(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/通知` lists, `/通知 3` shows, `/通知 全体代表` and on the next lines the words drafts."""
    _refuse_among_deputies(heard)
    if not command.rest.strip():
        return [heard.answer(await _listed(heard, session), "/通知")]
    if len(command.args) == 1 and _number(command.args[0]) is not None:
        return [await _shown(await _the(command, heard, session), heard, session)]
    draft = _read(command.rest, heard)
    people_meant, _ = await audience_of(session, heard.office_id, draft.audience)
    copied = await _copied(draft, heard, session)
    by_id = heard.speaker.person_id
    made = await store_draft(session, heard.settings, heard.office_id, by_id, heard.now, draft, copied)
    return [await _shown(made, heard, session, people_meant)]


async def edit(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/改通知 3` and on the next lines the whole anew; whoever changed it last is its drafter."""
    _refuse_among_deputies(heard)
    found = await _draft(command, heard, session)
    written = _behind_number(command)
    if found.follows_id is not None:
        _need_text(found.number, written)
        values: dict[str, object] = {"text": written}
    else:
        draft = _read(written, heard, audience_before=found.audience)
        await audience_of(session, heard.office_id, draft.audience)
        values = _values(draft, heard.settings, heard.now, await _copied(draft, heard, session))
    values["drafted_by_id"] = heard.speaker.person_id
    if not await notices.move(session, found, only_from=(DRAFT,), **values):
        raise Refusal(_not_draft(found))
    return [await _shown(found, heard, session)]


async def cancel(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/取消通知 3`: a draft that is not wanted."""
    found = await _draft(command, heard, session)
    if not await notices.move(session, found, only_from=(DRAFT,), state=DROPPED, closed_at=heard.now):
        raise Refusal(_not_draft(found))
    return [heard.answer(wording.notice_dropped(found.number), "/取消通知")]


def _read(written: str, heard: Heard, audience_before: str = "") -> Draft:
    """What stands behind a command: whom it is for on the first line, unless a head says so."""
    first, _, below = written.partition("\n")
    headed = drafts.is_file(written) or drafts.begins_with_head(written)
    if headed or audience_before:
        return drafts.read(written, local(heard.now), audience=audience_before)
    return drafts.read(below, local(heard.now), audience=first.strip())


async def audience_of(session: Session, office_id: int, words: str) -> tuple[Sequence[Reached], Audience]:
    """The people of an audience as it is written.

    Raises:
        Refusal: the words mean nothing, or nobody.
    """
    meant = audience.parse(words.split(), await audience.names_of(session, office_id))
    found = await audience.people_of(session, office_id, meant)
    if not found:
        raise Refusal(wording.notice_to_nobody(words))
    return found, meant


async def store_draft(
    session: Session,
    settings: Settings,
    office_id: int,
    by_id: int | None,
    now: datetime,
    draft: Draft,
    file_ids: Sequence[int],
) -> Notice:
    """Keeps a draft under a number of its own."""
    return await notices.add(
        session,
        office_id,
        kind=NOTICE,
        state=DRAFT,
        drafted_by_id=by_id,
        drafted_at=now,
        **_values(draft, settings, now, file_ids),
    )


def _values(draft: Draft, settings: Settings, now: datetime, file_ids: Sequence[int]) -> dict[str, object]:
    hours = settings.notices.deadline_hours
    return {
        "title": draft.title,
        "text": draft.text,
        "audience": draft.audience,
        "wants_ack": draft.wants_ack,
        "urgent": draft.urgent,
        "deadline_at": draft.deadline or now + timedelta(hours=hours),
        "files": list(file_ids),
    }


async def _copied(draft: Draft, heard: Heard, session: Session) -> Sequence[int]:
    """The files that a draft names, copied so that channels without files can give their links.

    Raises:
        Refusal: one was not handed in here.
    """
    hours = heard.settings.notices.file_hours
    lane = (heard.room.id, None) if heard.room is not None else (None, heard.speaker.identity_id)
    made = []
    for name in draft.files:
        file = await notices.of_staff_files(session, lane, name, heard.now - timedelta(hours=hours))
        if file is None:
            raise Refusal(wording.notice_lacks_file(name, hours))
        made.append(
            await files.add(
                session,
                heard.office_id,
                token=secrets.token_urlsafe(24),
                name=file.name,
                media_type=file.media_type,
                content=file.content,
                made_at=heard.now,
                expires_at=heard.now + timedelta(days=FILE_DAYS),
            )
        )
    return made


async def _shown(found: Notice, heard: Heard, session: Session, meant: Sequence[Reached] | None = None) -> Post:
    text = await preview(found, reaching_of(heard), session, meant)
    return heard.answer(text, "/通知", step="draft")


async def preview(found: Notice, reaching: Reaching, session: Session, meant: Sequence[Reached] | None = None) -> str:
    """A notice as it will look, to how many people, by which ways, and what is to be done with it."""
    going, meant = await _going(found, reaching, session, meant)
    names = await people.names(session, [found.drafted_by_id] if found.drafted_by_id is not None else [])
    called = {channel.name: KINDS[channel.kind].called for channel in reaching.settings.channels}
    alone: Counter[str] = Counter()
    for channel, count in going.alone.items():
        alone[called.get(channel, channel)] += count
    terms = wording.notice_terms(
        local(found.deadline_at),
        wants_ack=found.wants_ack,
        urgent=found.urgent,
        files=await files.names(session, found.files),
    )
    if found.state == DRAFT:
        second = await _needs_second(found, meant, reaching, session)
        terms.append(wording.notice_to_do(found.number, second=second))
    before = await notices.get(session, found.follows_id) if found.follows_id is not None else None
    return wording.notice_preview(
        (found.number, wording.notice_states()[found.state], names.get(found.drafted_by_id or 0, "")),
        found.audience or wording.notice_audience_of(before.number if before else 0),
        Counter(person.unit for person in meant),
        (going.rooms, alone),
        going.unreachable,
        terms,
        await noticing.text_for(session, reaching, found, None, follows=before is not None),
    )


async def _going(
    found: Notice, reaching: Reaching, session: Session, meant: Sequence[Reached] | None = None
) -> tuple[Plan, Sequence[Reached]]:
    """By which way a draft would go to whom now."""
    if found.follows_id is not None:
        return await noticing.plan_following(session, reaching, found)
    if meant is None:
        meant, _ = await audience_of(session, reaching.office_id, found.audience)
    return await noticing.plan(session, reaching, meant), meant


async def _needs_second(found: Notice, meant: Sequence[Reached], reaching: Reaching, session: Session) -> bool:
    """Whether a second member of staff has to approve it."""
    settings = reaching.settings.notices
    if found.kind == WITHDRAWAL or settings.approval == "never":
        return False
    if settings.approval == "always" or len(meant) >= settings.everyone_from:
        return True
    deputies = await audience.people_of(session, reaching.office_id, Audience(roles=(Role.DEPUTY,)))
    return {person.person_id for person in deputies} <= {person.person_id for person in meant}


async def _listed(heard: Heard, session: Session) -> str:
    since = heard.now - timedelta(days=heard.settings.notices.late_days)
    coming = await notices.in_states(session, heard.office_id, (DRAFT, SENDING))
    out = [one for one in await notices.open_ones(session, heard.office_id, since) if one.state == SENT]
    return wording.notices_listed([await _line(one, session) for one in (*coming, *out)])


async def _line(found: Notice, session: Session) -> str:
    counts = None
    if found.wants_ack and found.state != DRAFT:
        ledger = await notices.ledger(session, found.id)
        counts = len(ledger), sum(entry.seen is not None for entry in ledger)
    state = wording.notice_states()[found.state]
    return wording.notice_line(found.number, found.title, state, local(found.deadline_at), counts)


# --- sending, correcting, withdrawing --------------------------------------------------------------------------------


async def approve(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/批准 3`: it goes out; to everyone only by a second member of staff."""
    found = await notices.lock(session, await _draft(command, heard, session))
    if found.deadline_at <= heard.now:
        raise Refusal(wording.notice_too_late(found.number, local(found.deadline_at)))
    if found.follows_id is not None:
        before = await notices.get(session, found.follows_id)
        if before.state not in (SENDING, SENT):
            state = wording.notice_states()[before.state]
            raise Refusal(wording.notice_overtaken(found.number, before.number, state))
    reaching = reaching_of(heard)
    going, meant = await _going(found, reaching, session)
    own = heard.speaker.person_id is None or found.drafted_by_id == heard.speaker.person_id
    if own and await _needs_second(found, meant, reaching, session):
        raise Refusal(wording.notice_needs_second(found.number))
    posts = await noticing.begin(session, reaching, found, going, heard.speaker.person_id, heard.now)
    if posts is None:
        raise Refusal(_not_draft(found))
    return [heard.answer(wording.notice_approved(found.number, len(meant)), "/批准"), *posts]


async def correct(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/更正通知 3` and on the next lines the whole anew: a draft of its own, to those whom the first reached."""
    _refuse_among_deputies(heard)
    first = await _out(command, heard, session)
    written = _behind_number(command)
    _need_text(first.number, written)
    title, text = first.title, written
    head, _, below = written.partition("\n")
    if below.strip() and head.startswith(("标题：", "标题:")):
        title, text = head[3:].strip()[:60] or title, below.strip()
    deadline = max(first.deadline_at, heard.now + timedelta(hours=1))
    made = await _follow(first, CORRECTION, title, text, heard, session)
    await notices.move(session, made, only_from=(DRAFT,), wants_ack=first.wants_ack, deadline_at=deadline)
    return [await _shown(made, heard, session)]


async def withdraw(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/撤回通知 3 [reason]`: at once, by any of staff; what was not sent yet does not go out."""
    _refuse_among_deputies(heard)
    first = await notices.lock(session, await _out(command, heard, session))
    if first.state not in (SENDING, SENT):
        raise Refusal(_not_out(first))
    title = wording.withdrawal_title(first.title)
    made = await _follow(first, WITHDRAWAL, title, _behind_number(command), heard, session)
    posts = await noticing.begin(session, reaching_of(heard), made, Plan(), heard.speaker.person_id, heard.now)
    told = await notices.counts_by_way(session, made.id)
    answer = wording.notice_withdrawn(made.number, first.number, sum(told.values()))
    return [heard.answer(answer, "/撤回通知"), *(posts or ())]


async def _follow(first: Notice, kind: str, title: str, text: str, heard: Heard, session: Session) -> Notice:
    return await notices.add(
        session,
        heard.office_id,
        kind=kind,
        follows_id=first.id,
        state=DRAFT,
        title=title,
        text=text,
        audience="",
        wants_ack=False,
        urgent=first.urgent,
        deadline_at=heard.now + timedelta(hours=heard.settings.notices.deadline_hours),
        files=[],
        drafted_by_id=heard.speaker.person_id,
        drafted_at=heard.now,
    )


# --- who has answered ------------------------------------------------------------------------------------------------


async def receipts(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/回执` lists, `/回执 3` tells who has not, `/回执 3 明细` who has and how, `/回执 3 张三 电话` ticks."""
    if not command.args:
        return [_private_enough(await _listed_open(heard, session), heard)]
    found = await _the(command, heard, session)
    if found.state in (DRAFT, DROPPED):
        raise Refusal(wording.notice_not_out_yet(found.number))
    if not found.wants_ack:
        raise Refusal(wording.notice_wants_none(found.number))
    ledger = await notices.ledger(session, found.id)
    words = command.args[1:]
    if not words:
        return [_private_enough(noticing.ledger_text(found, ledger), heard)]
    if list(words) in (["明细"], ["全部"]):
        return [_private_enough(_detailed(found, ledger, heard), heard)]
    return [_private_enough(await _ticked(found, ledger, words, heard, session), heard)]


async def _listed_open(heard: Heard, session: Session) -> str:
    since = heard.now - timedelta(days=heard.settings.notices.late_days)
    found = await notices.open_ones(session, heard.office_id, since)
    return wording.notices_listed([await _line(one, session) for one in found])


def _private_enough(text: str, heard: Heard) -> Post:
    """An answer that names people: in a group of deputies that sees no names, to the asker alone."""
    here = heard.room
    if here is not None and not here.for_staff and not daybook.names_shown(heard.settings, here.name):
        return heard.whisper(text, "/回执")
    return heard.answer(text, "/回执")


def _detailed(found: Notice, ledger: Sequence[Entry], heard: Heard) -> str:
    called = {channel.name: KINDS[channel.kind].called for channel in heard.settings.channels}
    seen = sorted(((entry, entry.seen) for entry in ledger if entry.seen is not None), key=lambda pair: pair[1].said_at)
    lines = [
        wording.notice_entry(
            entry.name,
            entry.unit,
            local(ack.said_at),
            ack.route,
            called.get(ack.channel, ack.channel),
            ack.note,
            late=ack.said_at > found.deadline_at,
        )
        for entry, ack in seen
    ]
    return "\n".join([noticing.ledger_text(found, ledger), *lines])


async def _ticked(found: Notice, ledger: Sequence[Entry], words: Sequence[str], heard: Heard, session: Session) -> str:
    """Staff know that somebody has seen it: names, and at the end how (电话), or 取消."""
    meant = [_entry_named(found, ledger, words[0])]
    rest = list(words[1:])
    while rest and (more := _match(ledger, rest[0])).one is not None:
        meant.append(next(entry for entry in ledger if entry.person_id == more.one.person_id))
        rest.pop(0)
    names = [entry.name for entry in meant]
    if rest == ["取消"]:
        for entry in meant:
            await notices.untick(session, found.id, entry.person_id, heard.now)
        return wording.notice_unticked(found.number, names)
    for entry in meant:
        await notices.acknowledge(
            session,
            office_id=heard.office_id,
            notice_id=found.id,
            person_id=entry.person_id,
            message_id=heard.message_id,
            said_at=heard.sent_at,
            route="staff",
            channel=heard.channel,
            by_id=heard.speaker.person_id,
            note=" ".join(rest)[:100],
        )
    new = [entry.name for entry in meant if entry.seen is None]
    return wording.notice_ticked(found.number, new, [entry.name for entry in meant if entry.seen is not None])


def _match(ledger: Sequence[Entry], name: str) -> naming.Match:
    known = [Known(person_id=e.person_id, name=e.name, unit=e.unit, aliases=(), role="") for e in ledger]
    return naming.find(name, known)


def _entry_named(found: Notice, ledger: Sequence[Entry], name: str) -> Entry:
    match = _match(ledger, name)
    if match.one is None:
        near = [f"{known.unit}-{known.name}" if known.unit else known.name for known in match.people]
        raise Refusal(wording.notice_not_addressed(found.number, name, near))
    return next(entry for entry in ledger if entry.person_id == match.one.person_id)


# --- what is meant ---------------------------------------------------------------------------------------------------


def _refuse_among_deputies(heard: Heard) -> None:
    if heard.room is not None and not heard.room.for_staff:
        raise Refusal(wording.notice_not_here())


def _number(word: str) -> int | None:
    word = word.removeprefix("通知").lstrip("#第").rstrip("号")
    return int(word) if word.isdecimal() and word.isascii() and len(word) < 9 else None


async def _the(command: Command, heard: Heard, session: Session) -> Notice:
    """The notice whose number stands first.

    Raises:
        Refusal: there is none.
    """
    number = _number(command.args[0]) if command.args else None
    found = await notices.numbered(session, heard.office_id, number) if number is not None else None
    if found is None:
        raise Refusal(wording.which_notice(command.name))
    return found


async def _draft(command: Command, heard: Heard, session: Session) -> Notice:
    found = await _the(command, heard, session)
    if found.state != DRAFT:
        raise Refusal(_not_draft(found))
    return found


async def _out(command: Command, heard: Heard, session: Session) -> Notice:
    found = await _the(command, heard, session)
    if found.state not in (SENDING, SENT) or found.kind == WITHDRAWAL:
        raise Refusal(_not_out(found))
    return found


def _not_draft(found: Notice) -> str:
    return wording.notice_is_not_draft(found.number, wording.notice_states()[found.state])


def _not_out(found: Notice) -> str:
    return wording.notice_is_not_out(found.number, wording.notice_states()[found.state])


def _behind_number(command: Command) -> str:
    return command.rest.strip().removeprefix(command.args[0]).strip()


def _need_text(number: int, written: str) -> None:
    if not written:
        raise Refusal(wording.notice_needs_text(number))
