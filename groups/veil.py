"""A veil hides a detail, not the feeling: peers read the sentence with that span replaced."""

from collections.abc import Sequence

VEILED = "[detail veiled]"


def spans(text: str, veils: Sequence[Sequence[int]]) -> list[list[int]]:
    """The same spans in order, within the text, those that overlap as one. Code points, end exclusive."""
    found: list[list[int]] = []
    for start, end in sorted((max(0, start), min(len(text), end)) for start, end in veils):
        if start >= end:
            continue
        if found and start < found[-1][1]:
            found[-1][1] = max(found[-1][1], end)
        else:
            found.append([start, end])
    return found


def veil(text: str, veils: Sequence[Sequence[int]]) -> tuple[str, list[list[int]]]:
    """The text as peers read it, and where in it each veil lies. The spans to veil may overlap."""
    parts: list[str] = []
    marks: list[list[int]] = []
    at = length = 0
    for start, end in spans(text, veils):
        parts += [text[at:start], VEILED]
        length += start - at
        marks.append([length, length + len(VEILED)])
        length += len(VEILED)
        at = end
    return "".join([*parts, text[at:]]), marks
