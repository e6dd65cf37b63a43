"""What is said of one person, collected and then weighed (sheets).

`bot.parsing.health` notes findings on a sheet as it walks through a message; `Sheet.report` decides what they come to.
The one rule above all: who may be ill is never put down as well, and doubt is `unsure`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bot.parsing.polarity import State
from bot.parsing.temperature import FEVER
from bot.records import Diagnosis, HealthReport, Isolation, Relation, Status

FEVER_WORD = "发热"


class Who(NamedTuple):
    """A person in a message: the sender or a named one (`name`), or a relative of theirs (`kin`)."""

    name: str
    kin: str = ""
    proxy: bool = False


class Measured(NamedTuple):
    """A temperature on a sheet; `newest` where the words say that it takes the place of what was before."""

    value: float
    past: bool
    newest: bool


class Sheet:
    """Notes about one person; what nobody has noted is as the class has it."""

    diagnosis: Diagnosis | None = None
    isolation: Isolation | None = None
    told_isolation = False
    told_exposure = False
    exposure: bool | None = None
    location: str | None = None
    well = False
    said_well = False
    complaint = False
    past_complaint = False
    possible = False
    suspect = False
    odd = False
    better = False
    recovered = False
    fallen = False
    first = -1
    last = -1

    def __init__(self, who: Who) -> None:
        self.who = who
        self.symptoms: dict[str, None] = {}
        self.denied: set[str] = set()
        self.past: dict[str, None] = {}
        self.doubted: dict[str, None] = {}
        self.temperatures: list[Measured] = []
        self.rules: dict[str, None] = {}

    def note(self, state: State, symptom: str) -> None:
        """A symptom, and how it is meant."""
        if state is State.AFFIRMED:
            self.symptoms[symptom] = None
        elif state is State.DENIED:
            self.denied.add(symptom)
            self.well = True
        elif state is State.CARRIED:
            self.doubted[symptom] = None
        elif state is State.POSSIBLE:
            self.possible = True
            self.doubted[symptom] = None
        elif state is State.PAST:
            self.past[symptom] = None

    def over(self, symptoms: Iterable[str], *, whole: bool) -> None:
        """Some symptoms are past (退了, 好了); `whole` where the words speak of all of it."""
        for symptom in tuple(symptoms):
            self.symptoms.pop(symptom, None)
            self.past.pop(symptom, None)
            self.doubted.pop(symptom, None)
        if whole:
            self.complaint = self.past_complaint = self.better = False
        self.recovered = self.well = self.said_well = True

    @property
    def empty(self) -> bool:
        """Whether nothing here is a report of health."""
        if self.temperatures or self.well or self.symptoms or self.denied or self.past or self.doubted:
            return False
        if self.complaint or self.possible or self.suspect or self.better or self.past_complaint or self.diagnosis:
            return False
        told = self.exposure is not None and self.told_exposure and not self.who.kin
        return not (told or (self.isolation and self.told_isolation))

    @property
    def untroubled(self) -> bool:
        """Whether nothing that was understood speaks against being well."""
        return not (self.symptoms or self.complaint or self.possible or self.better or self.suspect)

    def report(self, subject: str, source: str, chain: str | None = None) -> HealthReport:
        """What the notes come to."""
        temperature, fever_past = self._temperature()
        symptoms = dict(self.symptoms)
        unsure = self.suspect or self.possible or (self.odd and temperature is None)
        if temperature is not None and temperature >= FEVER:
            symptoms[FEVER_WORD] = None
            if fever_past:
                unsure = True
        elif fever_past and not self.recovered and not (self.fallen and self.said_well):
            unsure = True
        doubted = [s for s in self.doubted if s not in self.denied] if self.doubted else []
        if doubted and (self.possible or not self.said_well):
            unsure = True
            symptoms.update(dict.fromkeys(doubted))
        elif doubted:
            self.denied.update(doubted)
        if self.past and not self.recovered and not self._said_well():
            unsure = True
        firm = (bool(self.symptoms) and not self.better) or (
            temperature is not None and temperature >= FEVER and not fever_past
        )
        ill = self.diagnosis in (Diagnosis.SUSPECTED, Diagnosis.CONFIRMED, Diagnosis.ASYMPTOMATIC)
        if self.complaint or self.better or (self.past_complaint and not self.recovered and not self._said_well()):
            unsure = True
        if firm or ill:
            unsure = unsure and self.suspect
        unwell = bool(symptoms) or ill or self.complaint or self.better
        return HealthReport(
            source=source,
            chain=chain,
            rules=tuple(self.rules),
            subject=subject,
            relation=Relation.FAMILY if self.who.kin else Relation.SELF,
            status=Status.UNWELL if unwell else Status.WELL,
            unsure=unsure,
            temperature=temperature,
            symptoms=tuple(symptoms),
            isolation=self._isolation(),
            diagnosis=self.diagnosis,
            exposure=self.exposure,
            location=self.location,
            proxy=self.who.proxy or bool(self.who.kin),
        )

    def _isolation(self) -> Isolation | None:
        """Who is 疑似 or 确诊 and in a hospital is kept there."""
        kept = self.diagnosis in (Diagnosis.SUSPECTED, Diagnosis.CONFIRMED, Diagnosis.ASYMPTOMATIC)
        if self.isolation is None and kept and self.location and "院" in self.location:
            return Isolation.HOSPITAL
        return self.isolation

    def _said_well(self) -> bool:
        return self.said_well and not self.complaint

    def _temperature(self) -> tuple[float | None, bool]:
        """The temperature that holds, and whether a fever of before stands behind it without a word of recovery."""
        if not self.temperatures:
            return None, False
        if len(self.temperatures) == 1:
            (only,) = self.temperatures
            return only.value, only.past and only.value >= FEVER
        now = [m for m in self.temperatures if not m.past]
        before = [m.value for m in self.temperatures if m.past]
        if not now:
            worst = max(before, default=None)
            return worst, worst is not None and worst >= FEVER
        replaced = 0
        feverish = any(m.value >= FEVER for m in now)
        for index, measured in enumerate(now):
            if index and (measured.newest or (self.recovered and feverish)):
                before += [m.value for m in now[replaced:index]]
                replaced = index
        if self.said_well:  # 刚跑步37.5，坐了再量36.6，没问题
            before = [m.value for m in self.temperatures if m.past]
        return max(m.value for m in now[replaced:]), max(before, default=0.0) >= FEVER
