"""Whose words, and when: what stands around a statement lowers its alert, but not what is said outright."""

import pytest

from moderation.screening.engine import LEVEL, read


def test_a_scope_lowers_the_alert_and_keeps_the_finding() -> None:
    (finding,) = [one for one in read("I don't want to die").findings if one.category == "active ideation"]
    assert (finding.scope, finding.alerts) == ("denied", False)


@pytest.mark.parametrize(
    ("text", "alerts"),
    [
        ("Do I want to die? No. I want to sleep for a week.", False),
        ("am i suicidal? nope, tired", False),
        ("do I want to die? yes", True),
        ("do I want to die? no idea", True),
        ("do I want to die? no one would care", True),
        ("do I want to die? no but I don't want to live either", True),
        ("I want to die. No.", True),
    ],
)
def test_a_question_its_writer_answers_with_no_is_denied(text: str, alerts: bool) -> None:
    assert (read(text).severity != "green") is alerts


def test_a_denial_followed_by_risk_is_risk() -> None:
    assert read("I don't want to hurt anyone. I want to die.").severity == "red"


@pytest.mark.parametrize(
    "text",
    [
        "I've been clean for 90 days and I want to kill myself",
        "Three weeks sober and all I can think about is killing myself",
        "It's been two years since my son died and I want to die",
        "my husband died 2 years ago and i have his gun on my lap",
        "last year was great but I just swallowed all my pills",
        "my diary card says 5 because I'm suicidal",
        "I called 988 and nobody answered, I'm going to hang myself",
        "I lost the game and please help me I'm not safe",
        "I'm dying of boredom but seriously I'm going to kill myself tonight",
        "I used to be happy, my husband hits me every night",
        "I texted my sponsor and goodbye everyone, I won't be here tomorrow",
        "I watched a movie and my friend is going to kill herself",
        "lost the game, lost her, i'm hanging myself in the garage",
        "my doc asked and i said no but the gun is in my nightstand",
        "By the time group meets at 6 I'll be gone.",
        "gonna od before i let them put me back in that place",
    ],
)
def test_what_is_said_now_is_no_memory_whatever_else_the_sentence_tells(text: str) -> None:
    assert LEVEL[read(text).severity] >= LEVEL["red"]


@pytest.mark.parametrize(
    "text", ["I want to die of embarrassment", "this homework makes me want to die lol", "I'm dying of boredom"]
)
def test_an_idiom_quiets_its_own_words(text: str) -> None:
    assert read(text).severity == "green"


@pytest.mark.parametrize(
    ("text", "alerts"),
    [
        # The sentences beside it.
        ("Anyone else cry at that film? He keeps trying to die and the neighbours keep knocking.", False),
        ("Watched a movie with my brother. He is trying to kill himself.", True),
        ("Watched a movie. I want to die.", True),
        ("Tomorrow's my last day here, graduation! I'll miss you all, thanks for everything", False),
        ("Tomorrow's my last day on earth! I'll miss you all, thanks for everything", True),
        ("Deleted the goodbye note I wrote in March. It was still in my drafts.", False),
        ("Deleted the goodbye note and wrote a better one.", True),
        # A trifle makes it a manner of speaking.
        ("If this printer jams once more I shall throw myself off the mezzanine", False),
        ("If he leaves me once more I shall throw myself off the mezzanine", True),
        ("can't do this anymore, and by this I mean the night shift", False),
        ("can't do this anymore, and by this I mean living", True),
    ],
)
def test_what_stands_around_it_may_say_what_is_meant(text: str, alerts: bool) -> None:
    assert (read(text).severity != "green") is alerts, read(text)
