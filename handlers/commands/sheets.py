"""`/导出`: a day or a span as an Excel file, to the asker alone: it holds who is unwell."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta

from bot import daybook, wording
from bot.clock import local
from bot.heard import Heard
from bot.messages import FileId, Post
from bot.records import Command
from bot.reports import workbook
from bot.reports.tally import RoomDay, together
from bot.reports.workbook import Sheet
from handlers.commands.arguments import Span, split_span
from handlers.commands.scope import rooms_meant
from storage import Session, files, people, records
from storage.tables import Record as Row
from storage.tables import Room

_KEPT_DAYS = 7


async def export(command: Command, heard: Heard, session: Session) -> Sequence[Post]:
    """`/导出 [day or span] [room or unit]`."""
    span, words = split_span(command.args, heard.day)
    span = span.latest
    found, part = await rooms_meant(words, heard, session)
    days = []
    for on in span.days:
        for room in found:
            day = await daybook.room_day(session, room, on, heard.settings.health.whom)
            days.append(day.of_people(f"{room.name} {part.name}", part.ids) if part else day)
    said = await records.of_rooms(session, [room.id for room in found], span.first, span.last)
    names = await people.names(session, {r.subject_id for r in said if r.subject_id is not None})
    return await hand_over(
        [_totals(days), _people(days), *_families(days), _words(said, names, found)],
        _file_name(found, span),
        heard,
        session,
    )


async def hand_over(pages: Sequence[Sheet], name: str, heard: Heard, session: Session) -> Sequence[Post]:
    """Makes an Excel file of the sheets and hands it to the asker alone."""
    content = workbook.workbook(pages, local(heard.now))
    file_id = await files.add(
        session,
        heard.office_id,
        token=secrets.token_urlsafe(24),
        name=name,
        media_type=workbook.MEDIA_TYPE,
        content=content,
        made_at=heard.now,
        expires_at=heard.now + timedelta(days=_KEPT_DAYS),
    )
    return [heard.whisper(wording.exported(name), "/导出", attachment=FileId(file_id))]


def _file_name(found: Sequence[Room], span: Span) -> str:
    where = found[0].name if len(found) == 1 else f"{len(found)}个群"
    when = span.first.isoformat() if span.first == span.last else f"{span.first.isoformat()}至{span.last.isoformat()}"
    return f"{where} {when}.xlsx".replace("/", "_")


def _totals(days: Sequence[RoomDay]) -> Sheet:
    columns = [
        ("日期", 12),
        ("群", 28),
        ("应报", 8),
        ("已报", 8),
        ("未报", 8),
        ("异常", 8),
        ("意见建议", 10),
        ("先进事迹", 10),
        ("捐款（元）", 14),
    ]
    rows = []
    for on in dict.fromkeys(day.on for day in days):
        here = [day for day in days if day.on == on]
        whole = [together(wording.all_rooms(len(here)), here)] if len(here) > 1 else []
        rows += [
            (
                day.on,
                day.room,
                day.should_report,
                len(day.reported),
                len(day.missing),
                len(day.unwell),
                day.suggestions,
                day.deeds,
                day.cash_yuan,
            )
            for day in (*here, *whole)
        ]
    return Sheet(title="汇总", columns=columns, rows=rows)


def _people(days: Sequence[RoomDay]) -> Sheet:
    columns = [
        ("日期", 12),
        ("群", 28),
        ("单位", 18),
        ("姓名", 10),
        ("状态", 10),
        ("体温", 8),
        ("症状", 18),
        ("隔离", 8),
        ("诊断", 8),
        ("所在地", 20),
        ("待核实", 8),
    ]
    rows: list[Sequence[str | int | float | date | None]] = []
    groups: dict[tuple[date, int], list[str]] = {}
    for day in days:
        for known in day.deputies:
            groups.setdefault((day.on, known.person_id), []).append(day.room)
    for day in days:
        for known in day.deputies:
            if day.room != groups[day.on, known.person_id][0]:
                continue  # one line a day for each person, whatever groups they are in
            state = wording.state_names()[day.states[known.person_id]]
            report = day.last.get(known.person_id)
            body = report.body if report else {}
            rows.append(
                (
                    day.on,
                    "、".join(groups[day.on, known.person_id]),
                    known.unit,
                    known.name,
                    state,
                    body.get("temperature"),
                    "、".join(body.get("symptoms", ())),
                    body.get("isolation"),
                    body.get("diagnosis"),
                    body.get("location"),
                    "是" if body.get("unsure") else "",
                )
            )
    return Sheet(title="健康情况", columns=columns, rows=rows)


def _families(days: Sequence[RoomDay]) -> list[Sheet]:
    """Reports of people's families, one line each, where there are any."""
    columns = [
        ("日期", 12),
        ("单位", 18),
        ("姓名", 10),
        ("原话", 40),
        ("体温", 8),
        ("症状", 18),
        ("异常", 8),
        ("待核实", 8),
    ]
    rows: dict[tuple[date, int, str], Sequence[str | int | float | date | None]] = {}
    for day in days:
        for told in day.families:
            rows[day.on, told.known.person_id, told.words] = (
                day.on,
                told.known.unit,
                told.known.name,
                told.words,
                told.body.get("temperature"),
                "、".join(told.body.get("symptoms", ())),
                "是" if told.ill else "",
                "是" if told.unsure else "",
            )
    return [Sheet(title="家属", columns=columns, rows=list(rows.values()))] if rows else []


_KINDS = ("suggestion", "problem", "deed", "practice", "comment")


def _words(said: Sequence[Row], names: dict[int, str], found: Sequence[Room]) -> Sheet:
    rooms = {room.id: room.name for room in found}
    columns = [
        ("日期", 12),
        ("时间", 8),
        ("群", 28),
        ("类别", 10),
        ("姓名", 10),
        ("分类", 12),
        ("捐款（元）", 12),
        ("物资", 24),
        ("内容", 60),
    ]
    rows = [
        (
            row.on_day,
            f"{local(row.said_at):%H:%M}",
            rooms.get(row.room_id or 0, ""),
            wording.kind_name(row.kind),
            names.get(row.subject_id, row.subject_name) if row.subject_id is not None else row.subject_name,
            row.body.get("category"),
            row.cash_fen / 100 if row.cash_fen is not None else None,
            "、".join(_goods(g) for g in row.body.get("goods", ())),
            row.body.get("text", ""),
        )
        for row in said
        if row.kind in _KINDS
    ]
    return Sheet(title="建议与事迹", columns=columns, rows=rows)


def _goods(goods: dict[str, object]) -> str:
    quantity = goods.get("quantity")
    amount = f"{quantity:g}" if isinstance(quantity, int | float) else ""
    return f"{goods['item']}{amount}{goods.get('unit') or ''}"
