"""PURE: a day's tally as text: what a group may see, and what one member of staff alone may."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording
from bot.reports.tally import RoomDay, State


def for_room(day: RoomDay, *, names: bool) -> str:
    """Counts, and with `names` who has not reported: what the group may see."""
    return wording.tally_for_room(
        day.on,
        day.should_report,
        len(day.reported),
        [known.name for known in day.missing],
        len(day.in_states(State.LEAVE)),
        [
            *wording.also_reported(day.suggestions, day.problems, day.deeds, day.cash_yuan),
            *([wording.of_families(len(day.families))] if day.for_staff and day.families else ()),
        ],
        names=names,
    )


def private_ill(days: Sequence[RoomDay]) -> str:
    """Who is or may be unwell, each once a day, and whose families: for one member of staff alone."""
    lines: dict[tuple[object, ...], str] = {}
    for day in days:
        for known in day.unwell:
            body = day.last[known.person_id].body
            others = [str(body["diagnosis"])] if body.get("diagnosis") else []
            unsure = bool(body.get("unsure"))
            state = wording.private_state(body.get("temperature"), body.get("symptoms", ()), others, unsure=unsure)
            line = wording.private_line(day.on, day.room, known.name, state, unsure=unsure)
            lines.setdefault((day.on, known.person_id), line)
        for told in day.families:
            if told.ill or told.unsure:
                said = wording.excerpt(told.words, 40)
                line = wording.private_family_line(day.on, day.room, told.known.name, said, unsure=told.unsure)
                lines.setdefault((day.on, told.known.person_id, told.words), line)
    return wording.private_ill(list(lines.values()))
