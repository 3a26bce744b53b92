"""Slips of the finger: what a word becomes with one letter missing, doubled, swapped or hit beside."""

BESIDE = {
    "q": "wa", "w": "qes", "e": "wrd", "r": "etf", "t": "ryg", "y": "tuh", "u": "yij", "i": "uok", "o": "ipl", "p": "ol",
    "a": "qsz", "s": "adwx", "d": "sfec", "f": "dgrv", "g": "fhtb", "h": "gjyn", "j": "hkum", "k": "jlim", "l": "kop",
    "z": "asx", "x": "zsdc", "c": "xdfv", "v": "cfgb", "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
"""The keys around each key."""


def near(term: str) -> set[str]:
    """Every slip of a term, the term itself not among them. The first letter is nearly always right and stays."""
    found = set()
    for at in range(1, len(term)):
        head, letter, tail = term[:at], term[at], term[at + 1 :]
        found.add(head + tail)
        found.add(head + letter + letter + tail)
        found.update(head + beside + tail for beside in BESIDE.get(letter, ""))
        if tail:
            found.add(head + tail[0] + letter + tail[1:])
    found.update(
        term[:at] + vowel + term[at + 1 :] for at in range(1, len(term)) for vowel in "aeiou" if term[at] in "aeiou"
    )
    return found - {term}


def swapped(term: str) -> set[str]:
    """A term with two neighbouring letters the wrong way round, but never the first one."""
    return {
        term[:at] + term[at + 1] + term[at] + term[at + 2 :]
        for at in range(1, len(term) - 1)
        if term[at] != term[at + 1]
    }
