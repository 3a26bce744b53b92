"""What is held in a live room, for its lead: who was called and what to do, and one line in the room itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from groups.gate import Action, Draft, Verdict
from groups.services import posting
from moderation.escalation import answers
from moderation.models import Case, Escalation
from peers.models import User
from peers.permissions import Role
from tests.cast import Cast
from tests.moderation.gates import seen

WORDS = "Words that wait."


class Crisis:
    """Holds everything and pages."""

    action, severity = Action.PAGE, "crisis"

    def screen(self, draft: Draft) -> Verdict:
        """Judge."""
        return Verdict(action=self.action, severity=self.severity, lane="care")


class Red(Crisis):
    """The same, milder: held for the lead."""

    action, severity = Action.HOLD, "red"


class Both(Crisis):
    """Finds a worry in the care lane and something graver in the other."""

    def screen(self, draft: Draft) -> Verdict:
        """Judge."""
        worry = seen(0, 5, severity="amber")
        graver = replace(seen(0, 5, rule="harm", severity="red"), category="harm", lane="conduct")
        return Verdict(action=Action.HOLD, severity="red", lane="conduct", findings=(worry, graver))


def said(cast: Cast, settings: Any, gate: type) -> None:
    """Ana writes what is held."""
    settings.MESSAGE_GATE = f"tests.moderation.test_held.{gate.__name__}"
    posting.post(person_id=cast.ana.pk, room_id=cast.harbor_room.pk, cid="one", text=WORDS)


@pytest.fixture
def get(client_for: Callable[[User], Client]) -> Callable[[User, str], str]:
    """A page as somebody sees it."""
    return lambda who, where: client_for(who).get(where).content.decode()


@pytest.fixture
def card(cast: Cast, get: Callable[[User, str], str]) -> Callable[..., str]:
    """What Fay's console, or her room, fetches."""
    return lambda part="": get(cast.fay, f"/desk/held/{cast.session.pk}/{part}")


def test_of_a_crisis_the_lead_is_told_who_was_called_and_to_stay(
    cast: Cast, settings: Any, card: Callable[..., str]
) -> None:
    said(cast, settings, Crisis)
    called = Escalation.objects.get()
    shown = card()
    assert "no answer yet" in shown
    assert cast.kim.display_name in shown
    assert "Stay with the person" in shown
    assert f"/escalations/{called.pk}/" in shown
    assert "Take it<" not in shown
    answers.acknowledge(called, by=cast.kim, roles=frozenset({Role.CLINICIAN}))
    assert f"{cast.kim.display_name} has it" in card()


def test_red_the_lead_may_take(cast: Cast, settings: Any, card: Callable[..., str]) -> None:
    said(cast, settings, Red)
    assert "Take it<" in card()


def test_a_message_of_two_lanes_is_one_card_as_grave_as_the_graver(
    cast: Cast, settings: Any, card: Callable[..., str]
) -> None:
    said(cast, settings, Both)
    assert card().count("<article") == 1
    assert 'class="mark mark-red"' in card()
    assert "1 held for you" in card("brief/")
    assert "red" in card("brief/")
    care = Case.objects.get(lane="care")
    assert f"/desk/cases/{care.pk}/" in card()


@pytest.mark.parametrize("where", ["", "brief/"])
def test_nobody_but_the_lead_reads_it(
    cast: Cast, settings: Any, where: str, client_for: Callable[[User], Client]
) -> None:
    said(cast, settings, Red)
    for who in (cast.ana, cast.ben):
        assert client_for(who).get(f"/desk/held/{cast.session.pk}/{where}").status_code in (403, 404)


def test_the_room_says_that_something_is_held_and_not_what(
    cast: Cast, settings: Any, card: Callable[..., str], get: Callable[[User, str], str]
) -> None:
    assert "held" not in card("brief/")
    said(cast, settings, Red)
    line = card("brief/")
    assert "1 held for you" in line
    assert WORDS not in line
    assert f"/sessions/{cast.session.pk}/" in line
    assert "brief/" in get(cast.fay, f"/rooms/{cast.harbor_room.pk}/")
    assert "brief/" not in get(cast.fay, f"/sessions/{cast.session.pk}/"), "the console has the cards"
    assert "brief/" not in get(cast.ana, f"/rooms/{cast.harbor_room.pk}/")
