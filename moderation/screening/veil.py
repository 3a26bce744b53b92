"""Method and amount in a feeling sentence: the detail is veiled for peers, the feeling stays."""

import re

from moderation.screening.normal import Normal

AMOUNT = re.compile(
    r"\b(?:\d{1,4}|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|sixty|a hundred)\s?"
    r"(?:mg|milligrams|grams|pills|tablets|xanax|percs|benzos|oxys|ambien|tylenol|bars)\b(?: of \w+)?"
)
WITH = re.compile(r"\bwith (?:a|the|my|an) (?:razor|blade|razor blade|knife|rope|belt|gun|needle|lighter|scissors)\b")
FEELING = re.compile(
    r"\b(?:myself|overdos\w+|die|dead|suicid\w+|cut|cutting|harm\w*|relapse\w*|took|swallowed|high|numb|end it)\b"
)
SENTENCE = re.compile(r"[^.!?\n]+")
ORDINARY = re.compile(r"\b(?:prescribed|doctor|nurse|pharmac\w+|every morning|daily|headache|refill|dose is)\b")


def veils(normal: Normal) -> tuple[tuple[int, int], ...]:
    """The spans of the original that peers should not read."""
    found = []
    for sentence in SENTENCE.finditer(normal.text):
        words = sentence.group()
        if not FEELING.search(words) or ORDINARY.search(words):
            continue
        for pattern in (AMOUNT, WITH):
            for match in pattern.finditer(words):
                found.append(normal.span(sentence.start() + match.start(), sentence.start() + match.end()))
    return tuple(sorted(found))
