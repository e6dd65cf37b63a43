"""`make learn`: learns from the labelled corpus what the program can't be told by rules.

What a stretch of words is for (`bot/rules/voice.toml`), what field a suggestion belongs to (`fields.toml`), and which
words that no rule understands sound like being ill (`suspicion.toml`): linear models (logistic regression) over runs of
one to three characters and the roles of the rules' words; the runs that weigh least are dropped. The same corpus gives
the same files. `--held-out` says first how well the first two do on messages that they have not seen, in five parts;
how much suspicion it takes to leave a state open is set on such parts too.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from bot import rulebook
from bot.segmenter import JiebaSegmenter
from tests import corpus
from tests.corpus import suspicions
from tests.corpus.stretches import FIELDS, PURPOSES, Stretch, stretches, suggestions
from tests.corpus.suspicions import Piece

FILE = rulebook.SHIPPED / "voice.toml"
FIELDS_FILE = rulebook.SHIPPED / "fields.toml"
STRENGTH = 1.0
"""How far the weights may go (inverse of the penalty); 0.3 to 3 do as well on unseen messages."""
MOST_PARTS = 6000
"""Half of them costs one message in a hundred."""

HEAD = """# What a stretch of words is for: a weight in hundredths for each run of one to three characters, and for each
# role (@…) that a word of the other files has in it. Learned from tests/corpus by `make learn`; do not edit it by hand:
# add labelled messages to the corpus. 0 is any number, ^ the beginning, $ the end, ? that of a question, <n> a length.
"""

FIELDS_HEAD = """# What field a suggestion belongs to: a weight in hundredths for each run of one to three characters,
# for each category that a word of reports.toml names in it (@复学), and once more where it asks (@>复学). Learned from
# tests/corpus by `make learn`; do not edit it by hand: add labelled messages to the corpus.
"""


SUSPICION_FILE = rulebook.SHIPPED / "suspicion.toml"
SUSPICION_PARTS = 3000
FALSE_ALARMS = 0.005
"""Of how many who are well the suspicion may leave the state open."""
CHAT = 0.3
"""What a piece of chat weighs beside one of a report: only in a report is it asked of."""

SUSPICION_HEAD = """# Words that no rule understands: which of them sound like being ill and so leave a state open.
# One weight in hundredths for each part, as in voice.toml. Learned from tests/corpus by `make learn`: do not edit it by
# hand, add labelled messages to the corpus.
"""


def main() -> int:
    """Learns and writes."""
    arguments = argparse.ArgumentParser(prog="python -m tests.corpus.learn", description=__doc__)
    arguments.add_argument("--held-out", action="store_true", help="how well it does on messages not learned from")
    given = arguments.parse_args()
    rules = rulebook.load()
    segmenter = JiebaSegmenter.for_rules(rules)
    # A message that stands in two files is learned from once; its id may stand for another one elsewhere.
    cases = list({(case.id, case.sender, case.text): case for case in (*corpus.single(), *corpus.days())}.values())
    found = [list(stretches(case, rules, segmenter)) for case in cases]
    asked = [list(suggestions(case, rules, segmenter)) for case in cases]
    if given.held_out:
        print(f"held out: {_hold_out(found):.3f}, fields {_hold_out(asked):.3f}")
    learned = [stretch for of_case in found for stretch in of_case]
    FILE.write_text(f"{HEAD}\n{written('voice', PURPOSES, *_learn(learned, PURPOSES))}", "utf-8")
    fields = [suggestion for of_case in asked for suggestion in of_case]
    FIELDS_FILE.write_text(f"{FIELDS_HEAD}\n{written('fields', FIELDS, *_learn(fields, FIELDS))}", "utf-8")
    print(f"{len(fields)} suggestions → {FIELDS_FILE}")
    print(f"{len(learned)} stretches of {len(cases)} messages → {FILE}")
    _learn_suspicion([list(suspicions.pieces(case, rules, segmenter)) for case in cases])
    return 0


def _learn_suspicion(found: list[list[Piece]]) -> None:
    threshold, caught = _threshold(found)
    learned = [piece for of_case in found for piece in of_case]
    weigher = _weigher(learned)
    names = weigher.names
    worth = np.abs(weigher.model.coef_[0]) * np.sqrt([weigher.times[name] for name in names])
    weigher = _weigher(learned, {names[index] for index in np.argsort(-worth, kind="stable")[:SUSPICION_PARTS]})
    weights = np.rint(weigher.model.coef_[0] * 100).astype(int)
    table = {name: [int(weight)] for name, weight in zip(weigher.names, weights, strict=True) if weight}
    bias = round((float(weigher.model.intercept_[0]) - threshold) * 100)
    SUSPICION_FILE.write_text(f"{SUSPICION_HEAD}\n{written('suspicion', [suspicions.SUSPECT], [bias], table)}", "utf-8")
    print(f"held out: {caught:.3f} of what is suspicious, at {FALSE_ALARMS:.1%} false alarms → {SUSPICION_FILE}")


class _Weigher(NamedTuple):
    names: list[str]
    times: Counter[str]
    vectorizer: DictVectorizer
    model: LogisticRegression

    def of(self, pieces: Sequence[Piece]) -> list[float]:
        """How suspicious each piece is."""
        known = set(self.names)
        rows = [dict.fromkeys(piece.parts & known, 1) for piece in pieces]
        return [float(value) for value in self.model.decision_function(self.vectorizer.transform(rows))] if rows else []


def _weigher(learned: Sequence[Piece], parts: set[str] | None = None) -> _Weigher:
    count = Counter(part for piece in learned for part in piece.parts)
    parts = parts or {part for part, times in count.items() if times >= 2}
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([dict.fromkeys(sorted(piece.parts & parts), 1) for piece in learned])
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    model.fit(
        matrix,
        [piece.ill for piece in learned],
        sample_weight=[1.0 if piece.ill or piece.open else CHAT for piece in learned],
    )
    return _Weigher(list(vectorizer.get_feature_names_out()), count, vectorizer, model)


def _threshold(found: list[list[Piece]]) -> tuple[float, float]:
    """What only so many reports of well people go beyond that were not learned from; and what share of the ill do."""
    order = list(found)
    random.Random(0).shuffle(order)
    well: list[float] = []
    ill: list[float] = []
    for part in range(5):
        seen = [piece for number, of_case in enumerate(order) if number % 5 != part for piece in of_case]
        weigher = _weigher(seen)
        for of_case in order[part::5]:
            ill += weigher.of([piece for piece in of_case if piece.ill])
            well.append(max(weigher.of([piece for piece in of_case if piece.open and not piece.ill]), default=-99.0))
    reports = sum(any(piece.open for piece in of_case) for of_case in found)
    threshold = sorted(well, reverse=True)[int(FALSE_ALARMS * reports)]
    return threshold, sum(value > threshold for value in ill) / len(ill)


def _hold_out(found: list[list[Stretch]]) -> float:
    order = list(found)
    random.Random(0).shuffle(order)
    right = total = 0
    for part in range(5):
        seen = [stretch for number, of_case in enumerate(order) if number % 5 != part for stretch in of_case]
        unseen = [stretch for of_case in order[part::5] for stretch in of_case]
        vectorizer, model = _fit(seen, {p for p, n in Counter(q for s in seen for q in s.parts).items() if n >= 2})
        known = set(vectorizer.vocabulary_)
        told = model.predict(vectorizer.transform([dict.fromkeys(s.parts & known, 1) for s in unseen]))
        right += sum(a == b.purpose for a, b in zip(told, unseen, strict=True))
        total += len(unseen)
    return right / total


def _fit(learned: Sequence[Stretch], parts: set[str]) -> tuple[DictVectorizer, LogisticRegression]:
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform([dict.fromkeys(sorted(stretch.parts & parts), 1) for stretch in learned])
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    return vectorizer, model.fit(matrix, [stretch.purpose for stretch in learned])


def _learn(learned: Sequence[Stretch], purposes: Sequence[str]) -> tuple[list[int], dict[str, list[int]]]:
    """The biases and each part's weights, in hundredths, in the order of the purposes."""
    count = Counter(part for stretch in learned for part in stretch.parts)
    vectorizer, model = _fit(learned, {part for part, times in count.items() if times >= 2})
    names = vectorizer.get_feature_names_out()
    worth = np.abs(model.coef_).max(axis=0) * np.sqrt([count[name] for name in names])
    vectorizer, model = _fit(learned, {names[index] for index in np.argsort(-worth, kind="stable")[:MOST_PARTS]})
    order = [list(model.classes_).index(purpose) for purpose in purposes]
    weights = np.rint(model.coef_[order] * 100).astype(int)
    table = {name: weights[:, index].tolist() for index, name in enumerate(vectorizer.get_feature_names_out())}
    return np.rint(model.intercept_[order] * 100).astype(int).tolist(), {
        name: row for name, row in table.items() if any(row)
    }


def written(name: str, purposes: Sequence[str], bias: Sequence[int], table: dict[str, list[int]]) -> str:
    """A table of the file; parts that TOML's plain strings can't hold are left out."""
    lines = [f"{part} {' '.join(map(str, row))}" for part, row in sorted(table.items()) if "'" not in part]
    body = "\n".join(lines)
    return f"[{name}]\npurposes = \"{' '.join(purposes)}\"\nbias = {list(bias)}\nparts = '''\n{body}\n'''\n"


if __name__ == "__main__":
    raise SystemExit(main())
