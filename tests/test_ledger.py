"""What deeds and gifts come to: the same figures in whichever order they came in, and as officials write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import ledger, wording
from bot.ledger import Amount, Figures, Nearness, Step, Telling, Thing, Verb

BEGAN = datetime(2020, 2, 1, 9, tzinfo=UTC)
DAY = date(2020, 2, 1)


@pytest.mark.parametrize(
    ("yuan", "mark", "written"),
    [
        ("65343900", "余", "6534.39万余元"),  # 湖南, 截至2月24日: cash
        ("78407800", "余", "7840.78万余元"),  # and goods
        ("65343900", "", "6534.39万元"),
        ("65343912.50", "", "6534.39万余元"),
        ("128600", "", "12.86万元"),
        ("20000", "余", "2万余元"),
        ("20000", "约", "约2万元"),
        ("128650", "约", "约12.87万元"),
        ("49999", "近", "近5万元"),
        ("800", "", "800元"),
        ("800.50", "", "800.5元"),
        ("8000", "余", "8000余元"),
        ("120000000", "余", "1.2亿余元"),
        ("9999.99", "", "9999.99元"),
        ("0", "", "0元"),
    ],
)
def test_totals_come_out_as_officials_write_them(yuan: str, mark: str, written: str) -> None:
    assert wording.official_money(int(Decimal(yuan) * 100), mark) == written


def test_one_gift_is_told_to_the_fen() -> None:
    assert wording.gift_money(1_234_567) == "12345.67元"
    assert wording.gift_money(2_000_000) == "2万元"
    assert wording.gift_thing("口罩", Decimal(23_500), "只", "余") == "口罩2.35万余只"
    assert wording.gift_thing("药品", None, "", "") == "药品一批"


@pytest.mark.parametrize(
    ("text", "cash", "mark"),
    [
        ("向县红十字会捐款2万余元", 20_000, Nearness.OVER),
        ("捐款五千多元", 5_000, Nearness.OVER),
        ("捐了近5万元", 50_000, Nearness.NEAR),
        ("捐款约3.5万元", 35_000, Nearness.ABOUT),
        ("捐款20000元，口罩3000余只", 20_000, Nearness.EXACT),
        ("先捐1万余元，又捐2万元", 30_000, Nearness.OVER),
        ("捐款2万元，物资价值约1万元", 20_000, Nearness.EXACT),
    ],
)
def test_how_near_a_figure_is_stands_in_the_words(text: str, cash: int, mark: Nearness) -> None:
    found = ledger.figures_of({"text": text, "cash_yuan": float(cash), "goods": [], "goods_value_yuan": None})
    assert found.cash == Amount(cash * 100, mark)


def test_goods_keep_theirs_and_no_float_is_left() -> None:
    body = {
        "text": "捐赠口罩2万余只、大米10.1吨，价值约30万元",
        "cash_yuan": None,
        "goods": [
            {"item": "口罩", "quantity": 20000.0, "unit": "只"},
            {"item": "大米", "quantity": 10.1, "unit": "吨"},
            {"item": "药品", "quantity": None, "unit": None},
        ],
        "goods_value_yuan": 300000.0,
    }
    found = ledger.figures_of(body)
    assert found.value == Amount(30_000_000, Nearness.ABOUT)
    assert found.goods[0] == Thing("口罩", Decimal(20_000), "只", Nearness.OVER)
    assert found.goods[1].quantity == Decimal("10.1")
    assert [thing.category for thing in found.goods] == ["防护用品", "生活物资", "药品"]
    assert Figures().corrected(found.as_json()) == found
    assert ledger.fen_of(0.29) == 29
    assert ledger.fen_of(6534.39 * 10_000) == 6_534_390_000


@pytest.mark.parametrize(
    ("word", "amount"),
    [
        ("20000", Amount(2_000_000)),
        ("2万元", Amount(2_000_000)),
        ("约3.5万元", Amount(3_500_000, Nearness.ABOUT)),
        ("2万余元", Amount(2_000_000, Nearness.OVER)),
        ("1.1", Amount(110)),
        ("二十箱", None),
        ("很多", None),
        ("", None),
    ],
)
def test_money_as_staff_write_it(word: str, amount: Amount | None) -> None:
    assert ledger.read_amount(word) == amount


def test_goods_as_staff_write_them() -> None:
    assert ledger.read_thing("口罩200只") == Thing("口罩", Decimal(200), "只")
    assert ledger.read_thing("酒精约20桶") == Thing("酒精", Decimal(20), "桶", Nearness.ABOUT)
    assert ledger.read_thing("药品") == Thing("药品")
    assert ledger.read_thing("200") is None


# --- in any order ---------------------------------------------------------------------------------------------------

ENTRIES = st.integers(1, 6)
MARKS = st.sampled_from(Nearness)
FIGURES = st.builds(
    Figures,
    cash=st.builds(Amount, st.integers(0, 10**9), MARKS),
    value=st.builds(Amount, st.integers(0, 10**9), MARKS),
    goods=st.lists(
        st.builds(
            Thing,
            st.sampled_from(["口罩", "大米"]),
            st.none() | st.decimals(0, 10**6, places=1),
            st.sampled_from(["只", "吨"]),
            MARKS,
        ),
        max_size=2,
    ).map(tuple),
)


@st.composite
def tellings(draw: st.DrawFn) -> list[Telling]:
    found = []
    for at in range(draw(st.integers(6, 10))):
        person = draw(st.integers(1, 3))
        found.append(
            Telling(
                entry=at + 1 if at < 6 else draw(ENTRIES),
                order=(BEGAN + timedelta(hours=at), at),
                on_day=DAY + timedelta(days=at // 3),
                person_id=person if draw(st.booleans()) else None,
                name=f"代表{person}",
                text="",
                figures=draw(FIGURES),
                stands=draw(st.integers(0, 3)) > 0,
            )
        )
    return found


@st.composite
def decisions(draw: st.DrawFn) -> list[Step]:
    found = []
    for at in range(draw(st.integers(0, 10))):
        verb = draw(st.sampled_from(Verb))
        entry = draw(ENTRIES)
        other = (entry - 1 + draw(st.integers(1, 5))) % 6 + 1
        found.append(
            Step(
                entry=entry,
                order=(BEGAN + timedelta(minutes=90 * at), 100 + at),
                verb=verb,
                other=other if verb in (Verb.MERGE, Verb.APART) else None,
                body=draw(FIGURES).as_json() if verb is Verb.CORRECT else {},
            )
        )
    return found


@given(tellings(), decisions(), st.data())
def test_totals_are_the_same_in_any_order(told: list[Telling], decided: list[Step], data: st.DataObject) -> None:
    """Of tellings, retractions, corrections, merges and partings, in whichever order they reach the store."""
    until = DAY + timedelta(days=2)
    one = ledger.settle(told, decided)
    other = ledger.settle(data.draw(st.permutations(told)), data.draw(st.permutations(decided)))
    assert other == one
    counting = ledger.counting(one, until, ())
    assert ledger.total(data.draw(st.permutations(counting))) == ledger.total(counting)


@given(tellings(), decisions())
def test_each_group_of_merged_ones_counts_once_and_parts_add_up(told: list[Telling], decided: list[Step]) -> None:
    found = ledger.settle(told, decided)
    speaking: dict[int, int] = {}
    for number, entry in found.entries.items():
        speaking[ledger.root_of(found, number)] = speaking.get(ledger.root_of(found, number), 0) + entry.speaks
        if entry.speaks:
            assert entry.stands
    assert set(speaking.values()) <= {0, 1}
    counting = ledger.counting(found, date.max, ())
    whole, parts = ledger.total(counting), [ledger.total([entry]) for entry in counting]
    assert whole.cash.fen == sum(part.cash.fen for part in parts)
    assert whole.gifts == sum(part.gifts for part in parts)
    assert sum(t.quantity or 0 for t in whole.goods) == sum(t.quantity or 0 for part in parts for t in part.goods)


def telling(entry: int, cash: int, hour: int = 0, name: str = "张三", *, stands: bool = True) -> Telling:
    return Telling(
        entry=entry,
        order=(BEGAN + timedelta(hours=hour), hour),
        on_day=DAY + timedelta(days=entry - 1),
        person_id=None,
        name=name,
        text="",
        figures=Figures(cash=Amount(cash)),
        stands=stands,
    )


def step(entry: int, verb: Verb, hour: int, other: int | None = None, cash: int | None = None) -> Step:
    body = {} if cash is None else {"cash": [cash, ""]}
    return Step(entry=entry, order=(BEGAN + timedelta(hours=hour), hour), verb=verb, other=other, body=body)


def cash(told: Sequence[Telling], decided: Sequence[Step], until: date = date.max) -> int:
    return ledger.total(ledger.counting(ledger.settle(told, decided), until, ())).cash.fen


def test_a_merged_one_counts_once_and_speaks_when_the_other_is_taken_back() -> None:
    merge = [step(2, Verb.MERGE, 5, 1)]
    assert cash([telling(1, 100), telling(2, 70, 1)], merge) == 100
    assert cash([telling(1, 100, stands=False), telling(2, 70, 1)], merge) == 70
    assert cash([telling(1, 100), telling(2, 70, 1)], [*merge, step(2, Verb.APART, 6, 1)]) == 170
    assert cash([telling(1, 100), telling(2, 70, 1)], [*merge, step(1, Verb.MERGE, 7, 2)]) == 100


def test_a_correction_stands_over_what_was_said_before_it_and_no_longer() -> None:
    assert cash([telling(1, 100)], [step(1, Verb.CORRECT, 2, cash=40)]) == 40
    assert cash([telling(1, 100), telling(1, 300, 3)], [step(1, Verb.CORRECT, 2, cash=40)]) == 300
    assert cash([telling(1, 100, stands=False)], [step(1, Verb.CORRECT, 2, cash=40)]) == 0


def test_a_day_has_what_was_told_by_then() -> None:
    told = [telling(1, 100), telling(2, 70, 1), telling(3, 5, 2)]
    assert cash(told, [], DAY) == 100
    assert cash(told, [], DAY + timedelta(days=1)) == 170


def test_what_has_no_name_counts_only_if_staff_say_so() -> None:
    told = [telling(1, 100), telling(2, 70, 1, name="")]
    assert cash(told, []) == 100
    assert cash(told, [step(2, Verb.COUNT, 5)]) == 170
    assert cash(told, [step(2, Verb.COUNT, 5), step(1, Verb.LEAVE_OUT, 6)]) == 70
