"""Numbers, addresses and handles in any spelling; crisis lines and the clinic's own are none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.screening.contact import contacts
from moderation.screening.engine import read
from moderation.screening.normal import normalise


def found(text: str, own: frozenset[str] = frozenset()) -> list[str]:
    plain = normalise(text).text
    return [plain[start:end] for start, end in contacts(plain, set(re.findall(r"[a-z0-9']+", plain)), own)]


@pytest.mark.parametrize(
    "text",
    [
        "text me 312-555-0187",
        "(312) 555-0187 thats me",
        "+44 7700 900231 whatsapp works",
        "my cell 2 0 6 5 5 5 0 1 3 4",
        "its six one seven triple five zero one eight nine",
        "4one5 five55 0one1one",
        "fivefivefive zeroonesixseven, local",
        "area 801 then 555 then 0166",
        "five oh three, five five five, oh one four two",
        "S1X 0 TW0 then 555 then 0 1 9 TW0",
        "digits: 5️⃣5️⃣5️⃣0️⃣1️⃣2️⃣9️⃣",
        "write me at junebug77@example.com",
        "t.okwuosa (at) example (dot) org",
        "marlon at gmail dot com",
        "o l i v i a p @ e x a m p l e . c o m",
        "add me on snap, mosswitch.22",
        "im @velvet_tofu on insta",
        "discord is gremlinhours#0042",
        "zadzwon 0494 92 82 32",
        "call me on 9472 7916",
        "my number 78 651 450",
        "+46 (0)8 928 571 38",
        "LeticiaM@fleckens.hu",
        "call me at the office 415 555 0134",
        "im in crisis, call me 415 555 0134",
        "pharmacy pickup buddy? 415-555-0134",
        "sad_goose_99 (thats me there)",
        "insta sadgoose",
        "@sadgoose on everything",
        "read it backwards: 7710-555",
        "there are 5,550,134 reasons to call me",
    ],
)
def test_a_way_to_reach_somebody_is_found(text: str) -> None:
    assert found(text), text


@pytest.mark.parametrize(
    "text",
    [
        "call 988, they pick up",
        "text HOME to 741741",
        "SAMHSA line is 1-800-662-4357, free",
        "samaritans are on 116 123",
        "12/03/2019 was the last time i drank",
        "case number 20-55501 and still no hearing",
        "rent went to 1,450 and i cried",
        "5 4 3 2 1 grounding thing worked",
        "10 20 30 40, counting by tens helps",
        "took 150 mg in the morning, 75 at night",
        "The clinic front desk is 555-0100, ask for scheduling.",
        "see you at noon. ok.great",
        "@everyone good morning",
        "the score was 55 - 101",
        "call it what it was, 2009 2011 2014 were lost years",
        "read pages 120 121 122 of it",
        "the crisis line here is 415-555-0134",
        "my therapist's office is 415-555-0134",
        "if you can't reach me, the nurse line is 415-555-0134",
        "the after hours nurse is 415-555-0134",
        "just email intake@example.org about the parking pass",
        "x = some_var_name",
        "facebook drama",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert found(text) == [], text


def test_the_clinics_own_number_may_be_told() -> None:
    assert found("just ring 212 555 0134") == ["212 555 0134"]
    assert found("just ring 212 555 0134", frozenset({"12125550134"})) == []


def test_the_finding_points_at_the_number_in_the_original() -> None:
    text = "🌊 Straße… call me: 312-555-0187 ok?"
    (finding,) = [
        one for one in read(text).findings if one.category == "contact exchange" and "555" in text[one.start : one.end]
    ]
    assert text[finding.start : finding.end] == "312-555-0187"


@pytest.mark.parametrize("text", ["my number is 312-555-0187", "call me: 312-555-0187", "text me at 312 555 0187 ok"])
def test_one_number_is_one_finding(text: str) -> None:
    assert [one.category for one in read(text).findings if one.alerts] == ["contact exchange"]


@given(st.text(alphabet="0123456789 -.()+one two five double @at dot com", max_size=120))
def test_it_is_total_and_stays_inside(text: str) -> None:
    plain = normalise(text).text
    for start, end in contacts(plain, set(plain.split())):
        assert 0 <= start < end <= len(plain)
