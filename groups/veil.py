"""A veil hides a detail, not the feeling: peers read the sentence with that span replaced."""

from collections.abc import Sequence

VEILED = "[detail veiled]"


def veil(text: str, spans: Sequence[Sequence[int]]) -> tuple[str, list[list[int]]]:
    """The text as peers read it, and where in it each veil lies. Spans are code points, end exclusive, may overlap."""
    parts: list[str] = []
    marks: list[list[int]] = []
    at = length = 0
    for start, end in sorted((max(0, start), min(len(text), end)) for start, end in spans):
        if start < at or start >= end:
            if end > at and marks and start < at:
                at = end
            continue
        parts += [text[at:start], VEILED]
        length += start - at
        marks.append([length, length + len(VEILED)])
        length += len(VEILED)
        at = end
    return "".join([*parts, text[at:]]), marks
