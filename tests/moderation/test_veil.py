"""What peers do not read: the detail and only the detail, in a sentence of feeling or harm."""

import pytest

from groups.veil import veil
from moderation.screening.engine import read
from moderation.screening.veil import joined


def peers_read(text: str) -> str:
    return veil(text, read(text).veils)[0]


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("I almost took 20 of my sleeping pills last night because I felt so alone", "20"),
        ("im down to 104 pounds and still feel huge", "104 pounds"),
        ("had a kitchen knife in my hand for an hour and then my cat came in and i just cried", "knife"),
        ("my bmi is 15.8 and my head still says less, i hate it", "15.8"),
        ("i was on the roof of the Alder Street apartments last night and i was so so tired", "Alder"),
        ("ran 14 miles on no food because i felt guilty about toast", "14 miles"),
        ("I wish I had the nerve to slit my wrists", "slit my wrists"),
    ],
)
def test_the_detail_is_hidden_and_the_feeling_stays(text: str, hidden: str) -> None:
    seen = peers_read(text)
    assert hidden not in seen
    assert "[detail veiled]" in seen
    assert len(seen) > len("[detail veiled]") + 10


@pytest.mark.parametrize(
    "text",
    [
        "i take 50 mg of zoloft at breakfast, like the label says",
        "my baby girl weighed 7 lb 11 oz, she's perfect",
        "recipe says 2 cups sugar, i used 1",
        "got a new razor, shaved the sad beard off",
        "walked across the Fulton bridge to get to work, sun was out",
        "the lemon cake is like 380 calories a slice and worth every one",
        "day 94 sober",
    ],
)
def test_an_ordinary_figure_or_thing_is_not_hidden(text: str) -> None:
    assert peers_read(text) == text


def test_spans_that_touch_are_one() -> None:
    assert joined([(5, 9), (0, 3), (3, 4), (8, 12)]) == ((0, 4), (5, 12))
