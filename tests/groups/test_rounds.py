"""The check-in round as pure order: who is next, which place one has, and what peers cannot tell."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from groups.models import Turn
from groups.rounds import Place, ahead, next_up, ordinal, read, told

State = Turn.State
START = datetime(2026, 3, 2, 18, 10, tzinfo=UTC)
ANA, BEN, EVE, GUS = (uuid4() for _ in range(4))


def place(person: UUID, position: int, state: State = State.WAITING, after: int = 0) -> Place:
    """A place in the round; `after` is how many seconds into it it last changed."""
    return Place(person, position, state, START + timedelta(seconds=after))


def test_those_waiting_stand_in_order_and_those_to_come_back_to_after_them() -> None:
    turns = read([place(EVE, 3), place(ANA, 1, State.LATER, 5), place(GUS, 4), place(BEN, 2, State.SPEAKING)])
    assert (turns.speaking, turns.waiting) == (BEN, (EVE, GUS, ANA))


def test_a_pass_cannot_be_told_from_a_turn_that_was_taken() -> None:
    passed = read([place(ANA, 1, State.PASSED), place(BEN, 2, State.DONE)])
    taken = read([place(ANA, 1, State.DONE), place(BEN, 2, State.DONE)])
    assert passed == taken


def test_the_next_is_the_first_who_waits_and_is_here() -> None:
    places = [place(ANA, 1), place(BEN, 2), place(EVE, 3, State.LATER)]
    assert next_up(places, {BEN, EVE}) == BEN
    assert next_up(places, {EVE}) == EVE
    assert next_up(places, set()) is None


def test_who_is_away_keeps_the_place() -> None:
    places = [place(ANA, 1), place(BEN, 2)]
    next_up(places, {BEN})
    assert ahead(read(places), ANA) == 1


def test_a_person_reads_their_place_in_words() -> None:
    turns = read([place(BEN, 1, State.SPEAKING), place(EVE, 2), place(GUS, 3), place(ANA, 4)])
    words = [told(ahead(turns, person)) for person in (BEN, EVE, ANA)]
    assert words == ["It's your turn.", "You are next.", "You are 3rd."]
    assert told(ahead(turns, uuid4())) == ""


def test_ordinals() -> None:
    said = {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 11: "11th", 13: "13th", 21: "21st", 22: "22nd", 112: "112th"}
    assert {number: ordinal(number) for number in said} == said


@given(st.lists(st.sampled_from([s for s in State if s != State.SPEAKING]), max_size=12), st.data())
def test_everybody_has_exactly_one_place(states: list[State], data: st.DataObject) -> None:
    places = [place(uuid4(), position, state, position) for position, state in enumerate(states)]
    shuffled = data.draw(st.permutations(places))
    turns = read(shuffled)
    assert sorted([*turns.waiting, *turns.done]) == sorted(item.person for item in places)
    assert turns == read(places)
    positions = [ahead(turns, person) for person in turns.waiting]
    assert positions == list(range(1, len(positions) + 1))
