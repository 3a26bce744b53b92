"""Where a text is cut for those who read the whole of it."""

from typing import Any

from groups.marks import Label, labels, pieces
from groups.veil import spans, veil

TEXT = "I took twenty pills and felt numb."


def found(rule: str, severity: str, start: int, end: int) -> dict[str, Any]:
    """A finding as the room keeps it."""
    return {"rule": rule, "lane": "care", "severity": severity, "start": start, "end": end}


def test_nothing_marked_is_one_plain_piece() -> None:
    (only,) = pieces(TEXT)
    assert (only.text, only.marked) == (TEXT, False)
    assert pieces("") == []
    assert labels(TEXT) == []


def test_a_veil_is_cut_out_and_said_below() -> None:
    before, hidden, after = pieces(TEXT, [[7, 19]])
    assert (hidden.text, hidden.veiled) == ("twenty pills", True)
    assert before.text + hidden.text + after.text == TEXT
    assert labels(TEXT, [[7, 19]]) == [Label("veiled for peers", "twenty pills")]


def test_findings_and_veils_may_overlap_and_each_is_named() -> None:
    found_here = [found("feeling_numb", "amber", 24, 33), found("an act", "crisis", 0, 19)]
    cut = pieces(TEXT, [[7, 19]], found_here)
    assert "".join(piece.text for piece in cut) == TEXT
    assert [(piece.text, piece.severity, piece.veiled) for piece in cut if piece.marked] == [
        ("I took ", "crisis", False),
        ("twenty pills", "crisis", True),
        ("felt numb", "amber", False),
    ]
    assert labels(TEXT, [[7, 19]], found_here * 2) == [
        Label("possible act", "I took twenty pills", "crisis"),
        Label("possible feeling numb", "felt numb", "amber"),
        Label("veiled for peers", "twenty pills"),
    ]


def test_where_findings_overlap_the_graver_one_shows() -> None:
    cut = pieces(TEXT, findings=[found("milder", "amber", 0, 19), found("graver", "red", 7, 12)])
    assert [piece.severity for piece in cut] == ["amber", "red", "amber", ""]


def test_offsets_that_do_not_fit_the_text_mark_nothing() -> None:
    assert pieces("short", [[9, 12]], [found("far away", "red", 3, 40)]) == pieces("short")


def test_offsets_are_code_points() -> None:
    text = "🌊🌊 ten pills 🌊"
    assert [piece.text for piece in pieces(text, [[3, 12]])] == ["🌊🌊 ", "ten pills", " 🌊"]
    assert veil(text, [[3, 12]]) == ("🌊🌊 [detail veiled] 🌊", [[3, 18]])


def test_spans_that_overlap_are_one() -> None:
    assert spans("abcdefgh", [[4, 6], [1, 3], [2, 5], [7, 99]]) == [[1, 6], [7, 8]]
