"""The lines of keys, in whatever way TOML lets them be written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from bot.lines import Place, locate


def test_lines_are_found_in_whatever_way_a_key_is_written() -> None:
    lines = locate(
        """# [not.a.table]
a.b = 1
"quoted key" = "]" # ]
text = \"\"\"
[no.table]
\"\"\"\"\"
inline = { x = 1, y.z = [1,
  2], when = 1979-05-27 07:32:00 }
[channels.'we chat']
[channels.'we chat'.pacing]
k = '''
'''
[[rooms]]
[[rooms]]
list = [
  "one", # two
  { k = "v" },
]
[rooms.sub]
x = 0
[[rooms.subs]]
[[rooms.subs]]
y = 1
"""
    )
    wanted: dict[Place, int] = {
        ("a", "b"): 2,
        ("quoted key",): 3,
        ("text",): 4,
        ("inline", "y", "z", 1): 8,
        ("inline", "when"): 8,
        ("channels", "we chat"): 9,
        ("channels", "we chat", "pacing", "k"): 11,
        ("rooms", 0): 13,
        ("rooms", 1, "list", 0): 16,
        ("rooms", 1, "list", 1, "k"): 17,
        ("rooms", 1, "sub", "x"): 20,
        ("rooms", 1, "subs", 1, "y"): 23,
        ("rooms", 1, "absent"): 14,
        ("absent",): 0,
    }
    assert {place: lines.of(place) for place in wanted} == wanted


def _places(value: object, place: Place = ()) -> Iterator[Place]:
    if place:
        yield place
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, inner in items:
        yield from _places(inner, (*place, part))


KEYS = st.sampled_from(["a", "b-1", '"q \\" ]"', "'s #'", '"键"'])
VALUES = st.recursive(
    st.sampled_from(
        ["1", "-0.5e3", "true", '"x, ] } # \\""', "'y = ['", '"""m\n"\n"""', "1979-05-27 07:32:00", "07:32:00"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[\n" + ", # c ]\n".join(items) + "]")
        | st.lists(st.tuples(KEYS, inner), max_size=3, unique_by=lambda pair: pair[0]).map(
            lambda pairs: "{ " + ", ".join(f"{key} = {value}" for key, value in pairs) + " }"
        )
    ),
    max_leaves=8,
)
PAIRS = st.lists(st.tuples(KEYS, VALUES), max_size=3, unique_by=lambda pair: pair[0])


@given(st.lists(PAIRS, max_size=4))
def test_every_place_of_a_document_has_its_line(items: list[list[tuple[str, str]]]) -> None:
    text = "".join(
        "[[t]] # here\n" + "".join(f"\t{key}= {value}#{number}\n" for key, value in pairs)
        for number, pairs in enumerate(items)
    )
    assert locate(text).places() == set(_places(tomllib.loads(text)))
