"""The rules files: their own examples, what an office may lay over them, and what is said of a wrong file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import cases, rulebook
from bot.cases import Case
from bot.errors import RuleError
from bot.parsing import Context, Rules, parse
from bot.parsing.lexicon import Group, Pair
from bot.segmenter import JiebaSegmenter

BOOK = rulebook.read()
TOLD: list[Group | Pair] = [*BOOK.rules.groups, *BOOK.rules.pairs]

IDLE = {"cue.misstated", "frame.example", "person.object", "chat.personal", "category.plain"}
"""Groups without which every message known would be read the same or better: no example can be given for them."""


def told(case: Case) -> str:
    return f"{case.group}-{'with' if case.helps else 'without'}-{case.text[:20]}"


@pytest.mark.parametrize("case", BOOK.cases, ids=told)
def test_an_example_is_read_with_its_group_and_a_counter_example_without(
    case: Case, rules: Rules, segmenter: JiebaSegmenter
) -> None:
    (verdict,) = cases.judge([case], rules, segmenter)
    assert verdict.differences == ()


def test_each_group_has_its_example_and_its_counter_example() -> None:
    assert {told.id for told in TOLD if not told.examples} == IDLE
    assert {told.id for told in TOLD if not told.counter_examples} == set()


def test_each_case_knows_where_it_stands() -> None:
    for case in BOOK.cases:
        line = Path(case.origin).read_text("utf-8").splitlines()[case.line - 1]
        assert case.text.partition("\n")[0] in line


# --- what an office lays over them ---------------------------------------------------------------------------------


def office(folder: Path, text: str, name: str = "ours.toml") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def group(rules: Rules, name: str) -> Group:
    return next(group for group in rules.groups if group.id == name)


def test_an_office_adds_its_words_by_a_file_or_by_a_folder(tmp_path: Path, segmenter: JiebaSegmenter) -> None:
    file = office(tmp_path, '[[group]]\nid = "health.symptom.咳嗽"\nwords = "吭吭"\n')
    for source in (file, tmp_path):
        ours = rulebook.load([rulebook.SHIPPED, source])
        (record,) = parse("吭吭两天了，36.5", Context("张三"), ours, segmenter)
        assert record.as_contract()["symptoms"] == ["咳嗽"]
        assert ours.version != BOOK.rules.version


def test_an_office_takes_a_word_away(tmp_path: Path) -> None:
    file = office(tmp_path, '[[group]]\nid = "health.symptom.咳嗽"\nwithout = "呛咳"\n')
    ours = rulebook.load([rulebook.SHIPPED, file])
    assert "呛咳" in group(BOOK.rules, "health.symptom.咳嗽").words["咳嗽"]
    assert "呛咳" not in group(ours, "health.symptom.咳嗽").words["咳嗽"]


def test_an_office_that_takes_a_word_away_says_so_of_the_shipped_example(
    tmp_path: Path, segmenter: JiebaSegmenter
) -> None:
    text = '[[group]]\nid = "health.open"\nwithout = "头晕"\n'
    book = rulebook.read([rulebook.SHIPPED, office(tmp_path, text)])
    (failed,) = [verdict for verdict in cases.judge(book.cases, book.rules, segmenter) if verdict.differences]
    assert failed.case.text == "头晕，36.5"
    book = rulebook.read([rulebook.SHIPPED, office(tmp_path, f'{text}counter_examples = ["头晕，36.5"]\n')])
    assert [v.case.text for v in cases.judge(book.cases, book.rules, segmenter) if v.differences] == []


def test_an_offices_own_group_holds_its_own_examples(tmp_path: Path, segmenter: JiebaSegmenter) -> None:
    file = office(
        tmp_path,
        '[[group]]\nid = "ours.cough"\nrole = "symptom"\nvalue = "咳嗽"\nwords = "吭吭"\n'
        'examples = [\n    "吭吭两天了",\n    "今天天气好",\n]\ncounter_examples = ["吭吭哧哧说不清"]\n',
    )
    book = rulebook.read([rulebook.SHIPPED, file])
    ours = [case for case in book.cases if case.origin == str(file)]
    assert [(case.line, case.helps) for case in ours] == [(7, True), (8, True), (10, False)]
    verdicts = cases.judge(ours, book.rules, segmenter)
    assert [bool(verdict.differences) for verdict in verdicts] == [False, True, True]


@pytest.mark.parametrize(
    ("text", "line", "what", "remedy"),
    [
        pytest.param(
            '[[group]]\nid = "category.复学"\nwords = """\n校车\n养老金\n"""\n',
            5,
            "“养老金”在 category.复学 里算“复学”，在 category.民生保障 里又算“民生保障”",
            'without = "养老金"',
            id="one word with two values",
        ),
        pytest.param(
            '[[group]]\nid = "health.symptom.咳嗽"\nwords = "吭吭 吭"\n', 3, "只有一个字", "两个字", id="too short"
        ),
        pytest.param(
            '[[group]]\nid = "ours"\nrole = "category"\nvalue = "复工复业"\nwords = "开张大吉"\n',
            5,
            "没有这一种",
            "您是不是想写“复工复产”",
            id="unknown category",
        ),
        pytest.param(
            '[[group]]\nid = "ours"\nrole = "diagnosis"\nvalue = "可疑"\nwords = "疑神疑鬼"\n',
            5,
            "没有这一种",
            "可用的有：疑似、确诊",
            id="unknown diagnosis",
        ),
        pytest.param(
            '[[group]]\nid = "health.symptom.咳漱"\nwords = "吭吭"\n',
            1,
            "没有 health.symptom.咳漱 这一组",
            "“health.symptom.咳嗽”",
            id="unknown group",
        ),
        pytest.param(
            '[[group]]\nid = "health.symptom.咳嗽"\nrole = "open"\nwords = "吭吭"\n',
            3,
            "不能改成",
            "另起一组",
            id="another role",
        ),
        pytest.param(
            '[[group]]\nid = "health.body"\nwords = "胳肢窝"\n', 3, "没有写这些词算哪一种", "加一行 value", id="which"
        ),
        pytest.param(
            '[[pair]]\nid = "ours"\nbody = "耳"\nache = ["痛"]\nsymptom = "头痛"\n', 1, "“耳”", "可用的有", id="body"
        ),
        pytest.param(
            '[[pair]]\nid = "ours"\nbody = "头"\nache = ["痛"]\nsymptom = "头疼"\n',
            1,
            "“头疼”",
            "可用的有",
            id="symptom",
        ),
    ],
)
def test_what_an_office_may_not_lay_over_is_told_with_line_and_remedy(
    text: str, line: int, what: str, remedy: str, tmp_path: Path
) -> None:
    file = office(tmp_path, text)
    with pytest.raises(RuleError) as caught:
        rulebook.read([rulebook.SHIPPED, file])
    (fault,) = caught.value.faults
    assert (fault.file, fault.line) == (str(file), line)
    assert what in fault.what
    assert remedy in fault.remedy


def test_the_sample_of_an_offices_own_words_is_right(segmenter: JiebaSegmenter) -> None:
    sample = Path(__file__).parents[2] / "rules" / "方言.toml"
    book = rulebook.read([rulebook.SHIPPED, sample])
    ours = [case for case in book.cases if case.origin == str(sample)]
    assert ours
    assert [verdict.case.text for verdict in cases.judge(ours, book.rules, segmenter) if verdict.differences] == []
    assert book.warnings == ()


def test_a_word_moves_from_one_group_to_another(tmp_path: Path) -> None:
    office(
        tmp_path,
        '[[group]]\nid = "category.复学"\nwords = "养老金"\n\n'
        '[[group]]\nid = "category.民生保障"\nwithout = "养老金"\n',
    )
    ours = rulebook.load([rulebook.SHIPPED, tmp_path])
    assert "养老金" in group(ours, "category.复学").words["复学"]


def test_a_word_that_was_never_there_is_taken_away_with_a_warning(tmp_path: Path) -> None:
    file = office(tmp_path, '[[group]]\nid = "health.symptom.咳嗽"\nwithout = "吭吭 呛咳"\n')
    (warning,) = rulebook.read([rulebook.SHIPPED, file]).warnings
    assert (warning.file, warning.line) == (str(file), 3)
    assert "“吭吭”" in warning.what


def test_an_emoji_or_a_relative_may_be_one_character(tmp_path: Path) -> None:
    office(
        tmp_path,
        '[[group]]\nid = "health.symptom.发热"\nwords = "🥵"\n[[group]]\nid = "person.family"\nwords = "妯"\n',
    )
    rulebook.load([rulebook.SHIPPED, tmp_path])


# --- wrong files ---------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[group]]\nid = "x"\nrole = "symptm"\nwords = "咳"\n', "utf-8")
    (tmp_path / "b.toml").write_text('[[group]]\nid = "y"\nrole = "symptom"\nword = "咳"\n', "utf-8")
    (tmp_path / "c.toml").write_text("[[group]\n", "utf-8")
    with pytest.raises(RuleError) as caught:
        rulebook.load([tmp_path])
    text = str(caught.value)
    for told in ("a.toml:3", "symptm", "b.toml:4", "word", "c.toml:1"):
        assert told in text


def test_the_line_is_that_of_the_group_that_is_wrong(tmp_path: Path) -> None:
    file = office(
        tmp_path, '# "y"\n[[group]]\nid = "x"\nrole = "open"\nwords = "y"\n\n[[group]]\nid = "y"\nrole = "opn"\n'
    )
    with pytest.raises(RuleError) as caught:
        rulebook.load([file])
    assert [fault.line for fault in caught.value.faults] == [9]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="没有规则文件"):
        rulebook.load([tmp_path])


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="规则文件找不到"):
        rulebook.load([rulebook.SHIPPED, tmp_path / "没有.toml"])


def test_a_file_from_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_bytes('\ufeff[[group]]\r\nid = "health.symptom.咳嗽"\r\nwords = "吭吭"\r\n'.encode())
    ours = rulebook.load([rulebook.SHIPPED, tmp_path])
    assert "吭吭" in group(ours, "health.symptom.咳嗽").words["咳嗽"]
