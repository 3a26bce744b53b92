"""Whose words, and when: what stands around a match decides whether it alerts. The finding itself is always kept."""

import re

DENIAL = re.compile(
    r"(?:\b(?:don't|do not|didn't|did not|never|not|no longer|doesn't|wasn't|isn't|won't|wouldn't|without|no|stopped)\b[^.!?;]{0,24})$"
)
PAST = re.compile(
    r"\b(?:used to|years ago|months ago|back then|when i was (?:\w+ ){0,2}(?:\d+|young|younger|a kid|a teen\w*|little)|in the past|last year|once upon|long ago)\b"
)
CLEAN = re.compile(r"\b(?:clean|sober|in recovery|recovered)\b")
OTHERS = re.compile(
    r"\b(?:my (?:dad|father|mom|mother|mum|brother|sister|uncle|aunt|cousin|friend|grand\w+|son|daughter|ex)|someone|people who|a character|the character|the song|lyrics?|the movie|the film|the show|the book)\b[^.!?]{0,60}$"
)
DEAD = re.compile(r"\b(?:died|lost (?:my|him|her)|passed away|funeral|killed (?:himself|herself))\b")
QUOTED = re.compile(
    r"(?:\b(?:said|says|told me|asked(?: me)?(?: if)?|wrote|text(?:ed)? me|called me|screamed|yelled)\b[^.!?]{0,40})$"
)
ELSEWHERE = re.compile(
    r"\b(?:at work|dentist|vacation|appointment|shaving|cooking|slice|the dishes|on stage|wedding|waiting room|climbing|shelter|laughing|weekend|see you (?:next|tomorrow|soon|on|then)|homework|printer|game|boss fight|respawn)\b"
)
RISK = re.compile(r"\b(?:but|except|until|now|tonight|today|again|anymore)\b")

SCOPES = ("now", "denied", "past", "others", "quoted", "elsewhere")


def scope_of(sentence: str, start: int, end: int) -> str:
    """`now`, or why this match does not alert by itself. `start` and `end` are the match's place in its sentence."""
    before, after = sentence[:start], sentence[end:]
    if DENIAL.search(before) and not RISK.match(after.strip()):
        return "denied"
    if PAST.search(sentence) or (CLEAN.search(sentence) and not RISK.search(after)):
        return "past"
    if QUOTED.search(before):
        return "quoted"
    if OTHERS.search(before) or DEAD.search(sentence):
        return "others"
    if ELSEWHERE.search(sentence):
        return "elsewhere"
    return "now"
