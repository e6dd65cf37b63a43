"""`/建议`, `/问题`, `/办理`: suggestions and problems looked up and moved on to their outcome."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot import matters, wording
from bot.clock import local
from bot.errors import Refusal
from bot.heard import Heard
from bot.messages import Doubt, PersonId, Post
from bot.records import Command
from bot.reports.workbook import Sheet
from handlers.commands import sheets
from handlers.commands.arguments import read_day
from handlers.commands.scope import person_meant
from storage import Session, people
from storage import matters as stored
from storage.matters import Sourced
from storage.tables import Matter

_NAMED = re.compile(r"(建议|意见|问题)?(?:(\d{4})[-年])?第?(\d{1,6})号?")
_KINDS = {"建议": "suggestion", "意见": "suggestion", "问题": "problem"}
_MOST_SHOWN = 20
_COLUMNS = (
    ("版本", 6),
    ("编号", 12),
    ("种类", 8),
    ("状态", 8),
    ("类别", 16),
    ("代表", 16),
    ("提出日期", 12),
    ("内容", 60),
    ("负责人", 10),
    ("期限", 12),
    ("逾期", 6),
    ("最近办理", 18),
    ("备注", 40),
    ("并入", 12),
)
_VERSION = 1
"""Of the columns above: other systems read them by place, so a change of them is a new version."""


async def suggestions(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/建议 [编号 | 状态、类别、单位、姓名 | 逾期 | 全部]`."""
    return [heard.answer(await _looked_up("suggestion", command.args, heard, session), "/建议")]


async def problems(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/问题 […]`: as `/建议`."""
    return [heard.answer(await _looked_up("problem", command.args, heard, session), "/问题")]


async def handle(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/办理 建议12 报送 已送县卫健局`: moves one on; also 负责, 类别, 合并."""
    if len(command.args) < 2:
        raise Refusal(wording.how_to_handle())
    matter = await _meant(command.args[0], "suggestion", heard, session)
    verb, words = command.args[1], list(command.args[2:])
    if verb in ("合并", "并入"):
        return await _merge(matter, words, heard, session)
    if verb in ("负责", "承办"):
        return await _give(matter, words, heard, session)
    if verb in ("类别", "归类"):
        return await _sort(matter, words, heard, session)
    if verb not in matters.STATES:
        raise Refusal(wording.how_to_handle())
    told = await matters.move(
        session,
        matter,
        matters.STATES[verb],
        " ".join(words),
        by_id=heard.speaker.person_id,
        message_id=heard.message_id,
        now=heard.now,
        reach=heard.reach,
    )
    return [heard.answer(wording.matter_moved(matters.title(matter), matter.state, len(told)), "/办理"), *told]


async def export(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/导出 建议`: all of a kind as an Excel file with fixed columns, for the systems that the congress has.

    Behind anything else stand the days and rooms of `sheets.export`.
    """
    kind = _KINDS.get(command.args[0]) if len(command.args) == 1 else None
    if kind is None:
        return await sheets.export(command, heard, session)
    found = await stored.sourced(session, heard.office_id, kind=kind)
    today = local(heard.now).date()
    rows = [await _row(each, today, session) for each in found]
    page = Sheet(title=wording.kind_name(kind), columns=_COLUMNS, rows=rows)
    return await sheets.hand_over([page], f"{wording.kind_name(kind)} {today.isoformat()}.xlsx", heard, session)


async def _row(each: Sourced, today: date, session: Session) -> Sequence[str | int | float | date | None]:
    matter = each.matter
    last = (await stored.steps(session, matter.id))[-1]
    into = await stored.merged_into(session, matter.id) if matter.state == "merged" else None
    owner = await _name(matter.owner_id, session)
    return (
        _VERSION,
        f"{matter.year}-{matter.number}",
        wording.kind_name(matter.kind),
        wording.matter_state(_state(each)),
        "、".join(matter.categories),
        "、".join(matters.deputies(each)),
        matter.on_day,
        matter.text,
        owner,
        matter.due_on,
        "是" if matters.is_overdue(matter, today) else "",
        f"{local(last.at):%Y-%m-%d %H:%M}",
        last.note,
        f"{into.year}-{into.number}" if into else "",
    )


async def _looked_up(kind: str, words: Sequence[str], heard: Heard, session: Session) -> str:
    if len(words) == 1 and _NAMED.fullmatch(words[0]):
        return await _shown(await _meant(words[0], kind, heard, session), session)
    found = await stored.sourced(session, heard.office_id, kind=kind)
    today = local(heard.now).date()
    if "全部" not in words:
        found = [each for each in found if words or _state(each) not in (*stored.CLOSED, "withdrawn")]
    for word in words:
        if word != "全部":
            found = [each for each in found if _fits(each, word, today)]
    lines = [
        wording.matter_line(
            matters.title(each.matter),
            wording.matter_state(_state(each)),
            each.matter.categories,
            matters.deputies(each),
            each.matter.text,
            overdue=matters.is_overdue(each.matter, today),
        )
        for each in found[-_MOST_SHOWN:]
    ]
    return wording.matters_listed(kind, lines, len(found))


def _state(each: Sourced) -> str:
    """Its state; withdrawn where nobody holds to it any more and nothing came of it yet."""
    return each.matter.state if each.standing or each.matter.state in stored.CLOSED else "withdrawn"


def _fits(each: Sourced, word: str, today: date) -> bool:
    if word == "逾期":
        return matters.is_overdue(each.matter, today)
    own = (wording.matter_state(_state(each)), *each.matter.categories, *matters.deputies(each))
    return any(word in said for said in own) or word in each.matter.text


async def _shown(matter: Matter, session: Session) -> str:
    (each,) = await stored.sourced(session, matter.office_id, ids=[matter.id])
    if matter.state == "merged":
        into = await stored.merged_into(session, matter.id)
        hints = [wording.matter_merged(matters.title(matter), matters.title(into))] if into else []
    else:
        hints = [
            wording.matter_alike(matters.title(other.matter), other.words, other.share)
            for other in await matters.alike(session, each)
        ]
        if len(matter.categories) > 1:
            hints.append(wording.matter_of_two(matter.categories))
    by = [
        (local(step.at), step.state, await _name(step.by_id, session), step.note)
        for step in await stored.steps(session, matter.id)
    ]
    head = wording.matter_line(
        matters.title(matter),
        wording.matter_state(_state(each)),
        matter.categories,
        matters.deputies(each),
        "",
        overdue=False,
    )
    facts = [wording.matter_owned(await _name(matter.owner_id, session), matter.due_on)]
    return wording.matter_shown(head.rstrip("："), matter.text, facts, by, hints)


async def _name(person_id: int | None, session: Session) -> str:
    return (await people.names(session, [person_id])).get(person_id, "") if person_id is not None else ""


async def _meant(written: str, kind: str, heard: Heard, session: Session) -> Matter:
    """The matter that is meant; without a kind the usual one, without a year this one's.

    Raises:
        Refusal: there is none of that number.
    """
    found = _NAMED.fullmatch(written)
    if found is None:
        raise Refusal(wording.which_matter(written[:20], kind))
    kind = _KINDS[found[1]] if found[1] else kind
    year = int(found[2]) if found[2] else heard.day.year
    matter = await stored.find(session, heard.office_id, kind, year, int(found[3]))
    if matter is None:
        raise Refusal(wording.which_matter(written[:20], kind))
    return matter


async def _merge(matter: Matter, words: Sequence[str], heard: Heard, session: Session) -> Sequence[Post]:
    if len(words) != 1:
        raise Refusal(wording.how_to_handle())
    into = await _meant(words[0], matter.kind, heard, session)
    await matters.merge(
        session, matter, into, by_id=heard.speaker.person_id, message_id=heard.message_id, now=heard.now
    )
    return [heard.answer(wording.matter_merged(matters.title(matter), matters.title(into)), "/办理")]


async def _give(matter: Matter, words: Sequence[str], heard: Heard, session: Session) -> Sequence[Post]:
    """`负责 周敏 [至 2月20日]`: who sees to it, until when; they are told."""
    today = local(heard.now).date()
    days = [day for word in words if (day := read_day(word.lstrip("至到"), today))]
    names = [word for word in words if not read_day(word.lstrip("至到"), today) and word not in ("至", "到")]
    if len(names) > 1 or len(days) > 1 or not (names or days):
        raise Refusal(wording.how_to_handle())
    posts = []
    if names:
        person = await person_meant(names[0], heard, session)
        matter.owner_id = person.person_id
    matter.due_on = days[0] if days else matter.due_on
    await session.flush()
    if matter.owner_id is not None and matter.owner_id != heard.speaker.person_id:
        posts.append(
            Post(
                key=f"owner/{matter.id}/{heard.message_id}",
                why="/办理",
                text=wording.matter_given(matters.title(matter), matter.text, matter.due_on),
                person=PersonId(matter.owner_id),
                not_after=heard.now + timedelta(hours=heard.settings.manners.alert_hours),
                doubt=Doubt.REPEAT,
            )
        )
    said = wording.matter_owned(await _name(matter.owner_id, session), matter.due_on)
    return [heard.answer(wording.matter_noted(matters.title(matter), said), "/办理"), *posts]


async def _sort(matter: Matter, words: Sequence[str], heard: Heard, session: Session) -> Sequence[Post]:
    categories = [word for words_ in words for word in re.split(r"[、，,;；]", words_) if word]
    if not categories or any(len(word) > 20 for word in categories):
        raise Refusal(wording.how_to_handle())
    matter.categories = list(dict.fromkeys(categories))
    await session.flush()
    said = f"类别{'、'.join(matter.categories)}"
    return [heard.answer(wording.matter_noted(matters.title(matter), said), "/办理")]
