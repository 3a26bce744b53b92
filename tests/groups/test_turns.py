"""The check-in round and raised hands, kept: who speaks, what a pass looks like, what a dropped connection changes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from groups.access import access_room
from groups.errors import Refused
from groups.happenings import MembershipEnded
from groups.models import PresenceSpan, Turn
from groups.policies import can_post
from groups.services import phases, turns
from groups.services.standing import standing
from groups.session_actions import own_pass
from live.models import LogEntry
from peers.models import User
from peers.permissions import Permission
from records import clock, domain
from tests.groups.harbor import SIX, Harbor, connect, harbor

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Iterator[Harbor]:
    """Harbor in its check-in round, Ana, Ben and Eve having come in this order."""
    here = harbor()
    with clock.at(SIX - timedelta(minutes=5)):
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="lobby")
        connect(here, here.fay)
    for second, who in enumerate((here.ana, here.ben, here.eve)):
        with clock.at(SIX - timedelta(seconds=10 - second)):
            connect(here, who)
    with clock.at(SIX):
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="opening")
        phases.move(session_id=here.session.pk, by=here.fay.pk, to="check_in")
        yield here


def now_on(here: Harbor) -> tuple[str, str, str]:
    """Who speaks, waits and is done, by first letters."""
    letters = {who.pk: who.display_name[0] for who in (here.ana, here.ben, here.eve)}
    turn = turns.round_of(here.session.pk)
    return (
        letters[turn.speaking] if turn.speaking else "",
        "".join(letters[person] for person in turn.waiting),
        "".join(letters[person] for person in turn.done),
    )


def may_write(here: Harbor, who: User) -> bool:
    """Whether the server lets this person post now."""
    return can_post(standing(who.pk, access_room(who, here.room.pk, Permission.ROOM_POST))).allowed


def test_the_round_takes_those_present_in_the_order_they_came(here: Harbor) -> None:
    assert now_on(here) == ("A", "BE", "")


def test_whoever_has_the_turn_and_staff_may_write(here: Harbor) -> None:
    assert [may_write(here, who) for who in (here.ana, here.ben, here.fay)] == [True, False, True]


def test_the_lead_calls_the_next(here: Harbor) -> None:
    turns.go_on(session_id=here.session.pk, by=here.fay.pk, speaking=here.ana.pk)
    assert now_on(here) == ("B", "E", "A")


def test_pressed_twice_or_by_both_leads_it_moves_on_once(here: Harbor) -> None:
    turns.go_on(session_id=here.session.pk, by=here.fay.pk, speaking=here.ana.pk)
    turns.go_on(session_id=here.session.pk, by=here.cory.pk, speaking=here.ana.pk)
    assert now_on(here) == ("B", "E", "A")


def test_a_pass_needs_no_reason_and_calls_the_next(here: Harbor) -> None:
    turns.pass_turn(session_id=here.session.pk, person_id=here.ana.pk)
    assert now_on(here) == ("B", "E", "A")


def test_what_peers_are_told_of_a_pass_is_what_they_are_told_of_a_turn(here: Harbor) -> None:
    turns.pass_turn(session_id=here.session.pk, person_id=here.ana.pk)
    passed = LogEntry.objects.filter(topic=here.room.topic, type="turns.changed").latest("seq").data
    other = harbor()
    with clock.at(SIX):
        for who in (other.ana, other.ben, other.eve):
            connect(other, who)
        for to in ("lobby", "opening", "check_in"):
            phases.move(session_id=other.session.pk, by=other.fay.pk, to=to)
        turns.go_on(session_id=other.session.pk, by=other.fay.pk, speaking=turns.round_of(other.session.pk).speaking)
    taken = LogEntry.objects.filter(topic=other.room.topic, type="turns.changed").latest("seq").data
    assert passed.keys() == taken.keys()
    assert (len(passed["waiting"]), len(passed["done"])) == (len(taken["waiting"]), len(taken["done"])) == (1, 1)


def test_one_may_pass_ahead_and_come_back_in_last(here: Harbor) -> None:
    turns.pass_turn(session_id=here.session.pk, person_id=here.ben.pk)
    assert now_on(here) == ("A", "E", "B")
    turns.come_in(session_id=here.session.pk, person_id=here.ben.pk)
    assert now_on(here) == ("A", "EB", "")


def test_coming_back_when_nobody_speaks_gives_the_turn(here: Harbor) -> None:
    for who in (here.ana, here.ben, here.eve):
        turns.pass_turn(session_id=here.session.pk, person_id=who.pk)
    assert now_on(here) == ("", "", "ABE")
    turns.come_in(session_id=here.session.pk, person_id=here.eve.pk)
    assert now_on(here) == ("E", "", "AB")


def test_a_turn_is_given_to_a_chosen_person_and_their_hand_goes_down(here: Harbor) -> None:
    turns.raise_hand(session_id=here.session.pk, person_id=here.eve.pk, up=True)
    turns.give(session_id=here.session.pk, by=here.fay.pk, person_id=here.eve.pk)
    assert now_on(here) == ("E", "B", "A")
    assert turns.hands(here.session.pk) == []


def test_the_lead_skips_and_comes_back_to(here: Harbor) -> None:
    turns.come_back_to(session_id=here.session.pk, by=here.fay.pk, person_id=here.ana.pk)
    assert now_on(here) == ("B", "EA", "")
    turns.skip(session_id=here.session.pk, by=here.fay.pk, person_id=here.eve.pk)
    assert now_on(here) == ("B", "A", "E")
    turns.go_on(session_id=here.session.pk, by=here.fay.pk, speaking=here.ben.pk)
    assert now_on(here) == ("A", "", "BE")


def test_putting_back_the_only_one_left_does_not_call_them_again_at_once(here: Harbor) -> None:
    turns.pass_turn(session_id=here.session.pk, person_id=here.ben.pk)
    turns.pass_turn(session_id=here.session.pk, person_id=here.eve.pk)
    turns.come_back_to(session_id=here.session.pk, by=here.fay.pk, person_id=here.ana.pk)
    assert now_on(here) == ("", "A", "BE")


def test_a_turn_survives_a_dropped_connection_until_the_lead_moves_on(here: Harbor) -> None:
    PresenceSpan.objects.filter(person=here.ana).update(left_at=SIX)
    with clock.at(SIX + timedelta(minutes=5)):
        connect(here, here.ben)
        assert now_on(here) == ("A", "BE", "")
        assert may_write(here, here.ana)
        turns.go_on(session_id=here.session.pk, by=here.fay.pk, speaking=here.ana.pk)
        assert now_on(here)[0] == "B"


def test_who_is_away_is_called_when_back(here: Harbor) -> None:
    PresenceSpan.objects.filter(person=here.ben).update(left_at=SIX - timedelta(minutes=2))
    turns.go_on(session_id=here.session.pk, by=here.fay.pk, speaking=here.ana.pk)
    assert now_on(here) == ("E", "B", "A")
    connect(here, here.ben)
    turns.go_on(session_id=here.session.pk, by=here.fay.pk, speaking=here.eve.pk)
    assert now_on(here) == ("B", "", "AE")


def test_a_latecomer_stands_last(here: Harbor) -> None:
    Turn.objects.filter(person=here.eve).delete()
    turns.latecomer(session_id=here.session.pk, person_id=here.eve.pk)
    turns.latecomer(session_id=here.session.pk, person_id=here.eve.pk)
    turns.latecomer(session_id=here.session.pk, person_id=here.cory.pk)
    assert now_on(here) == ("A", "BE", "")
    assert not Turn.objects.filter(person=here.cory).exists()


def test_who_leaves_the_group_leaves_the_round(here: Harbor) -> None:
    turns.raise_hand(session_id=here.session.pk, person_id=here.ana.pk, up=True)
    with transaction.atomic():
        domain.publish(MembershipEnded(person_id=here.ana.pk, cohort_id=here.cohort.pk))
    assert now_on(here) == ("B", "E", "A")
    assert turns.hands(here.session.pk) == []


def test_the_database_lets_one_speak_at_a_time(here: Harbor) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Turn.objects.filter(session=here.session).update(state="speaking")


def test_nobody_moves_the_round_but_those_who_lead(here: Harbor) -> None:
    for by in (here.ana.pk, here.finn.pk):
        with pytest.raises(Refused):
            turns.give(session_id=here.session.pk, by=by, person_id=here.ana.pk)
    with pytest.raises(Refused):
        turns.give(session_id=here.session.pk, by=here.fay.pk, person_id=here.finn.pk)
    with pytest.raises(Refused):
        turns.pass_turn(session_id=here.session.pk, person_id=here.fay.pk)


def test_the_round_rests_while_paused_and_is_over_after(here: Harbor) -> None:
    phases.pause(session_id=here.session.pk, by=here.fay.pk)
    with pytest.raises(Refused) as refused:
        own_pass(here.session.pk, here.ana.pk)
    assert refused.value.code == "paused"
    phases.resume(session_id=here.session.pk, by=here.fay.pk)
    assert now_on(here) == ("A", "BE", "")
    phases.move(session_id=here.session.pk, by=here.fay.pk, to="work")
    assert now_on(here) == ("", "BE", "A")
    with pytest.raises(Refused) as refused:
        own_pass(here.session.pk, here.ben.pk)
    assert refused.value.code == "not_now"


def test_a_hand_goes_up_once_and_down_once(here: Harbor) -> None:
    for up in (True, True, False, False):
        turns.raise_hand(session_id=here.session.pk, person_id=here.ben.pk, up=up)
    ups = LogEntry.objects.filter(topic=here.room.topic, type="hand.changed").order_by("seq")
    assert [entry.data["up"] for entry in ups] == [True, False]


def test_the_lead_lowers_a_hand_and_nobody_elses(here: Harbor) -> None:
    turns.raise_hand(session_id=here.session.pk, person_id=here.ben.pk, up=True)
    turns.raise_hand(session_id=here.session.pk, person_id=here.eve.pk, up=True)
    turns.lower_hand(session_id=here.session.pk, by=here.cory.pk, person_id=here.ben.pk)
    assert turns.hands(here.session.pk) == [here.eve.pk]
    with pytest.raises(Refused):
        turns.lower_hand(session_id=here.session.pk, by=here.ana.pk, person_id=here.eve.pk)
