"""Answers to the office's own forms (采集): whose they are, and whether a message answers at all (forms).

Called by `bot.app` beside `parse`, with the forms that are open; no open form, no work. A message answers a form where
it names it, stands under its reminder, labels a value (领取方式：自取), or consists of nothing but values and a field's
own words. What an ordinary health report says is taken from its record. Doubt is an open field, never a value. Longer
than 300 lines because the ways of answering are weighed against each other in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.forms import Field, Form, Kind
from bot.parsing import chatter, frame, numbered, pieces, reported, values
from bot.parsing.document import Context, Document, Segmenter, sentences
from bot.parsing.lexicon import Rules
from bot.parsing.normalize import normalize
from bot.parsing.pieces import Chain, Piece
from bot.parsing.values import Found, Strength, Words
from bot.records import Answer, Command, Deed, HealthReport, Problem, Record, Relation, Suggestion, Value

_LONGEST_ITEM = 60
_LONGEST_PROSE = 4_000
"""Characters from which a text is no answer in prose: work within it would grow faster than its length."""


@dataclass(slots=True)
class _Draft:
    """What was read of one person's answer so far."""

    source: str = ""
    chain: str | None = None
    proxy: bool = False
    values: dict[str, Value] = field(default_factory=dict)
    open: dict[str, None] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def note(self, name: str, value: Value | None) -> None:
        """A field's value, or that it is open."""
        self.values.pop(name, None)
        self.open.pop(name, None)
        if value is None:
            self.open[name] = None
        else:
            self.values[name] = value


def read(
    text: str,
    forms: Sequence[Form],
    context: Context,
    rules: Rules,
    segmenter: Segmenter,
    *,
    records: Sequence[Record],
    on: date,
) -> tuple[Answer, ...]:
    """The answers that a message gives, in order; none where it answers nothing. Never raises on any text.

    Args:
        forms: those that are open.
        records: what `parse` read of the same text.
        on: the reporting day, for days that are written without their year or as 今天.
    """
    if any(isinstance(record, Command) for record in records):
        return ()
    plain = normalize(text, rules.table).plain
    health = any(isinstance(record, HealthReport) for record in records)
    forms = [
        form
        for form in forms
        if context.question or (health and form.reads_health) or values.words_of(form, rules).any.search(plain)
    ]
    if not forms:
        return ()
    document = Document(text, context, rules, segmenter)
    start, end = 0, len(document.plain.rstrip())
    asked_by = normalize(context.question, rules.table).plain if context.question else ""
    if quote := frame.quote(document):
        start, asked_by = quote.end, quote.said
    forwarded = start < end and frame.forwarded(document, start, end)
    readings = [_Reading(form, document, records, asked_by, on) for form in forms]
    for reading in readings:
        reading.read(start, end, forwarded=forwarded)
    return tuple(answer for reading in readings for answer in reading.answers(readings))


class _Reading:
    """One message read for one form."""

    def __init__(self, form: Form, document: Document, records: Sequence[Record], asked_by: str, on: date) -> None:
        self._form, self._document, self._records, self._on = form, document, records, on
        self._plain = document.plain
        self._words: Words = values.words_of(form, document.rules)
        self._asked = bool(asked_by) and self._words.announce.search(asked_by) is not None
        self._drafts: dict[str, _Draft] = {}
        self._named = False
        self._told: set[str] = set()
        reports = [record for record in records if isinstance(record, HealthReport)]
        self._of_others = bool(reports) and not any(r.subject == document.own_name for r in reports)

    def read(self, start: int, end: int, *, forwarded: bool) -> None:
        """Reads the text between two places."""
        self._from_health()
        self._told = {name for name, draft in self._drafts.items() if draft.values or draft.open}
        if start < end and not forwarded:
            self._typed(start, end)

    def answers(self, readings: Sequence[_Reading]) -> Iterator[Answer]:
        """All answers to the form; open where another form takes the same words, and neither was named."""
        named = self._named or self._asked
        others = [reading for reading in readings if reading is not self]
        for subject, draft in self._drafts.items():
            if not draft.values and not draft.open:
                continue
            contested = not named and subject not in self._told and any(o.takes(subject, draft.spans) for o in others)
            yield Answer(
                source=draft.source,
                chain=draft.chain,
                rules=("form.named",) if named else ("form.health",) if subject in self._told else ("form.words",),
                form=self._form.name,
                subject=subject,
                values={} if contested else draft.values,
                open=tuple(dict.fromkeys((*draft.values, *draft.open))) if contested else tuple(draft.open),
                proxy=draft.proxy,
            )

    def takes(self, subject: str, spans: Sequence[tuple[int, int]]) -> bool:
        """Whether it, too, takes some of these words for somebody's answer."""
        draft = self._drafts.get(subject)
        return draft is not None and any(a < d and c < b for a, b in spans for c, d in draft.spans)

    def _draft(self, subject: str, proxy: bool, start: int, end: int, chain: str | None = None) -> _Draft:
        draft = self._drafts.get(subject)
        if draft is None:
            draft = _Draft(self._document.visible(start, end), chain, proxy)
            self._drafts[subject] = draft
        return draft

    # ── what a health report says ─────────────────────────────────────────────────────────────────────────────

    def _from_health(self) -> None:
        for report in self._records if self._form.reads_health else ():
            if not isinstance(report, HealthReport) or report.relation is not Relation.SELF:
                continue
            draft = self._drafts.setdefault(report.subject, _Draft(report.source, report.chain, report.proxy))
            said, unclear = reported.values_of(self._form, report.as_contract(), report.rules)
            for name in (*said, *unclear):
                draft.note(name, said.get(name))

    # ── what is typed for the form itself ─────────────────────────────────────────────────────────────────────

    def _typed(self, start: int, end: int) -> None:
        if not any(item.kind for item in self._form.fields):
            return
        chain = pieces.chain(self._document, start, end)
        if chain is not None:
            self._named = self._announced(chain.heading) and not chatter.NOT_MINE.search(chain.heading)
            if self._named or self._asked:
                self._list(chain)
            return
        if end - start > _LONGEST_PROSE or self._numbered(start, end):
            return
        self._named = self._words.announce.search(self._plain, start, end) is not None
        for first, stop in sentences(self._plain, start, end):
            begin = max((m.end() for m in chatter.TAKEN_BACK.finditer(self._plain, first, stop)), default=first)
            if begin < stop and not self._skipped(begin, stop):
                for piece in pieces.of_sentence(self._document, begin, stop):
                    self._prose(piece, begin, stop)

    def _skipped(self, start: int, end: int) -> bool:
        """Whether a sentence asks, speaks of others, or is what another record says."""
        plain = self._plain
        said = list(plain[start:end])
        for a, b in values.said(self._words, plain, start, end):
            if b - a > 1:
                said[a - start : b - start] = " " * (b - a)  # 怎么领：自取 asks nothing
        words = "".join(said)
        if plain[end : end + 1] == "?" or chatter.ASKING.search(words) or chatter.NOT_MINE.search(words):
            return True
        dated = any(item.kind is Kind.DATE for item in self._form.fields)
        if self._form.per == "day" and not dated and chatter.OTHER_DAY.search(words):
            return True
        shown = self._document.visible(start, end)
        given = any(isinstance(record, Deed) for record in self._records)
        if not given and not any(len(shown) > 3 and shown in getattr(r, "text", "") for r in self._records):
            return False
        found = values.find(self._words, self._document, start, end, self._on)  # an answer, and no more, all the same
        return bool(self._left(start, end, list(found)))

    def _announced(self, said: str) -> bool:
        return self._words.announce.search(said) is not None

    def _list(self, chain: Chain) -> None:
        """A 接龙; it is the form's where its heading has the form's name, or one of its lines a value."""
        heading = chain.heading
        for piece in chain.pieces:
            self._line(piece, heading)
        mine = [name for name, draft in self._drafts.items() if draft.chain == heading]
        by_name = (
            _plain(self._form.name, self._document) in heading or _plain(self._form.title, self._document) in heading
        )
        if not by_name and not any(self._drafts[name].values for name in mine):
            for name in mine:
                del self._drafts[name]

    def _line(self, piece: Piece, heading: str) -> None:
        """A line of a 接龙: the last of a person holds."""
        ((subject, proxy),) = piece.subjects
        if chatter.ASKING.search(self._plain, piece.start, piece.end) or self._plain.endswith(
            "?", piece.start, piece.end
        ):
            return
        begin = self._plain.rfind("\n", 0, piece.start) + 1
        if (earlier := self._drafts.get(subject)) is not None and earlier.chain != heading:
            draft = earlier  # its health report stands already
        else:
            self._drafts.pop(subject, None)
            draft = self._draft(subject, proxy, begin, piece.end, heading)
        found = list(values.find(self._words, self._document, piece.start, piece.end, self._on))
        if not found and (bare := self._bare(piece.start, piece.end)):
            found = [bare]
        self._note(draft, found)
        if not draft.values and not draft.open:
            self._nothing_said(draft, piece)

    def _nothing_said(self, draft: _Draft, piece: Piece) -> None:
        """A line with a name alone: who signs in has signed in; else what was wanted is open."""
        due = [item for item in self._form.fields if item.required and item.kind]
        alone = not self._left(piece.start, piece.end, [])
        if len(due) == 1 and due[0].yes and alone and not self._form.private:
            draft.note(due[0].name, True)
            return
        for item in due:
            draft.note(item.name, None)

    def _numbered(self, start: int, end: int) -> bool:
        """Numbered answers to the form's numbered question; False where the message is none."""
        items = numbered.items(self._document, start, end)
        fields = self._form.fields
        if not items or len(items) > len(fields) or any(b - a > _LONGEST_ITEM for a, b, _ in items):
            return False
        head = self._plain[start : items[0].start]
        self._named = self._words.announce.search(head) is not None
        if not (self._named or self._asked) or any(hasattr(record, "text") for record in self._records):
            return False
        if self._words.announce.search(self._plain, items[0].start, end) and chatter.ASKING.search(
            self._plain, start, end
        ):
            return False
        subject, proxy = pieces.head(self._document, start, items[0].start)
        draft = self._draft(subject, proxy, start, end)
        for number, (a, b, _) in enumerate(items):
            turn = self._turn(number, a, b)
            if turn.kind and (found := values.alone(self._words, turn, self._document, a, b, self._on)):
                draft.note(turn.name, found.value)
        return bool(draft.values or draft.open)

    def _turn(self, number: int, start: int, end: int) -> Field:
        """The field that a numbered part is for: the one that its label names, else the one of its number."""
        marks = values.labels(self._words, self._plain, start, end)
        if marks and marks[0].start - start <= 1 and self._plain[marks[0].end : marks[0].end + 1] == ":":
            return marks[0].field
        return self._form.fields[number]

    # ── prose ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _prose(self, piece: Piece, start: int, end: int) -> None:
        found = list(values.find(self._words, self._document, piece.start, piece.end, self._on))
        named_here = self._words.announce.search(self._plain, start, end) is not None
        if not found and (self._asked or named_here) and (bare := self._bare(piece.start, piece.end)):
            found = [bare]
        sure = [f for f in found if self._accepted(f, found, piece, named_here=named_here)]
        if not any(f.strength is not Strength.OWN or f.field.kind is Kind.NUMBER for f in sure):
            return  # a place alone answers nothing
        for subject, proxy in piece.subjects:
            draft = self._draft(subject, proxy, start, end)
            self._note(draft, sure, several=len(piece.subjects) > 1 and not piece.each, unclear=piece.unclear)

    def _accepted(self, one: Found, found: Sequence[Found], piece: Piece, *, named_here: bool) -> bool:
        """Whether what was found is meant for the form."""
        if one.field.kind is Kind.DATE and one.strength is Strength.OWN:
            return False
        if named_here or one.colon or any(f.colon for f in found) or one.strength is Strength.BARE:
            return True
        a, b = self._clause(one, piece)
        beside = any(a <= f.start < b for f in found if f.strength >= Strength.TOLD)
        if one.field.kind is Kind.PLACE and one.strength is Strength.OWN and not beside:
            return False  # where somebody is need not be where they are on duty
        if self._of_others and not all(proxy for _, proxy in piece.subjects):
            return False  # 代报：李四36.4，均健康，在岗
        covered = not self._left(piece.start, piece.end, found) or not self._left(a, b, found)
        if covered and (self._named or self._asked):
            return True
        own = any(f.strength >= Strength.TOLD for f in found)
        if one.strength >= Strength.TOLD and any(name in self._drafts for name, _ in piece.subjects):
            return self._form.reads_health and one.field.kind in (Kind.YES_NO, Kind.CHOICE)
        return covered and own

    def _clause(self, one: Found, piece: Piece) -> tuple[int, int]:
        """The part of a sentence between two commas in which a value stands."""
        start = max(self._plain.rfind(mark, piece.start, one.start) for mark in ",;") + 1
        ends = [at for mark in ",;" if (at := self._plain.find(mark, one.end, piece.end)) >= 0]
        return max(start, piece.start), min(ends, default=piece.end)

    def _bare(self, start: int, end: int) -> Found | None:
        """A value that has nothing but its turn: 2, 是; where one field alone can be meant."""
        said = self._plain[start:end].strip(" ,。!;:")
        if not said or len(said) > 8:
            return None
        made = []
        for item in self._form.fields:
            if item.kind in (Kind.NUMBER, Kind.YES_NO):
                found = values.alone(self._words, item, self._document, start, end, self._on)
                if found and found.value is not None:
                    made.append(found)
        return made[0] if len(made) == 1 and not self._left(start, end, made) else None

    def _left(self, start: int, end: int, found: Sequence[Found]) -> str:
        """What is left of a stretch without its values, labels, names and small words."""
        said = list(self._plain[start:end])
        spans = [(f.start, f.end) for f in found]
        spans += [(mark.start, mark.end) for mark in values.labels(self._words, self._plain, start, end)]
        spans += [m.span() for m in self._words.announce.finditer(self._plain, start, end)]
        spans += self._document.known_between(start, end)
        spans += [(t.start, t.end) for t in self._document.temperatures(start, end)]
        for a, b in spans:
            for at in range(max(a, start), min(b, end)):
                said[at - start] = " "
        return chatter.FILLER.sub("", "".join(said)).strip()

    def _note(self, draft: _Draft, found: Sequence[Found], *, several: bool = False, unclear: bool = False) -> None:
        for item in self._form.fields:
            mine = [f for f in found if f.field is item]
            if not mine:
                continue
            value = values.settled(mine, self._plain)
            draft.spans += [(f.start, f.end) for f in mine]
            doubtful = unclear or (several and item.kind not in (Kind.YES_NO, Kind.CHOICE))
            draft.note(item.name, None if doubtful else value)


def _plain(word: str, document: Document) -> str:
    return normalize(word, document.rules.table).plain


def without_echoes(records: Sequence[Record], answers: Sequence[Answer]) -> list[Record]:
    """The records without what was read out of an answer: 口罩我要三包，送到家吧 gives nobody anything."""
    said = [answer.source for answer in answers if "form.named" in answer.rules]
    return [r for r in records if not (isinstance(r, Deed | Suggestion | Problem) and _within(r.source, said))]


def _within(source: str, said: Sequence[str]) -> bool:
    return bool(source) and any(source in one for one in said)


def misread(
    form: Form, rules: Rules, segmenter: Segmenter, parsed: Callable[[str, Context], Sequence[Record]], on: date
) -> Iterator[tuple[str, bool]]:
    """The form's examples that are not read whole, and counter-examples that are read: (text, is an example).

    Args:
        parsed: what `parse` reads of a text.
    """
    for text in (*form.examples, *form.counter_examples):
        records = parsed(text, EXAMPLE_CONTEXT)
        answers = read(text, [form], EXAMPLE_CONTEXT, rules, segmenter, records=records, on=on)
        wanted = text in form.examples
        if bool(answers) != wanted or (wanted and any(answer.open for answer in answers)):
            yield text, wanted


EXAMPLE_CONTEXT = Context(sender="张三", roster=("张三", "李四", "王五"))
"""Who writes the examples of forms."""
