"""A programme's policy where it counts: set, remembered, and asked before every post."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from groups.errors import Refused
from groups.gate import Action, Draft
from groups.models import Message, Session
from groups.services import posting, screening
from moderation.gate import Gate
from moderation.models import Case, Escalation, Page, ScreenPolicy
from moderation.screening.policy import DEFAULT, Policy
from moderation.services import policy_in_force, screen_policies
from moderation.services.decisions import beyond_the_lead
from moderation.views.escalations import _so_far
from records.models import AuditRow
from tests.cast import Cast

GROUP, PEER = ScreenPolicy.RoomKind.GROUP, ScreenPolicy.RoomKind.PEER
WISH = "I wish I was dead."
DARK = "I want to die."
GOODBYE = "I took all my pills. Goodbye everyone."
INSULT = "You're pathetic."
NUMBER = "What's your insta?"
HOLDS = Policy(care_amber=Action.HOLD)


def put(cast: Cast, policy: Policy, *kinds: ScreenPolicy.RoomKind, by: str = "sam", reason: str = "We agreed.") -> None:
    """The programme sets a policy."""
    screen_policies.change(
        programme=cast.programme,
        by=cast.people[by].pk,
        tables=dict.fromkeys(kinds or (GROUP,), policy),
        reason=reason,
        seen=screen_policies.holding(cast.programme).seen,
    )


def draft(cast: Cast, text: str = WISH, room: Any = None, **changed: Any) -> Draft:
    """Words on their way."""
    room = room or cast.harbor_room
    given = {
        "message_id": uuid4(),
        "room_id": room.pk,
        "room_kind": room.kind,
        "cohort_id": cast.harbor.pk,
        "programme_id": cast.programme.pk,
        "author_id": cast.ana.pk,
        "text": text,
        "live": True,
    }
    return Draft(**(given | changed))


def say(cast: Cast, who: str, text: str, room: Any = None) -> Message:
    """Post through the real gate."""
    room = room or cast.harbor_room
    receipt = posting.post(person_id=cast.people[who].pk, room_id=room.pk, cid=str(uuid4()), text=text)
    return Message.objects.get(pk=receipt.message_id)


def test_the_newest_counts_for_its_kind_of_room_and_none_means_the_default(cast: Cast) -> None:
    assert say(cast, "ana", WISH).state == "published"
    put(cast, HOLDS)
    assert say(cast, "ana", WISH).state == "held"
    assert say(cast, "cal", WISH, cast.cal_ivy).state == "published"
    put(cast, HOLDS, PEER)
    assert say(cast, "cal", WISH, cast.cal_ivy).state == "held"
    put(cast, DEFAULT)
    assert say(cast, "ana", WISH).state == "published"
    assert say(cast, "cal", WISH, cast.cal_ivy).state == "held"
    assert ScreenPolicy.objects.count() == 3


def test_staff_are_flagged_and_never_held_whatever_is_set(cast: Cast) -> None:
    put(cast, Policy(care_amber=Action.PAGE, care_red=Action.PAGE))
    assert say(cast, "fay", WISH).state == "published"
    assert Case.objects.get().message is not None


def test_conduct_that_is_shown_opens_no_case(cast: Cast) -> None:
    put(cast, Policy(conduct_amber=Action.PUBLISH))
    assert say(cast, "ana", INSULT).state == "published"
    assert not Case.objects.exists()
    assert say(cast, "ana", NUMBER).state == "held"


def test_red_that_is_shown_still_reaches_somebody_and_red_that_pages_goes_to_the_clinician_with_the_lead(
    cast: Cast,
) -> None:
    put(cast, Policy(care_red=Action.FLAG))
    assert say(cast, "ana", DARK).state == "published"
    first = set(Page.objects.filter(escalation=Escalation.objects.get()).values_list("person", flat=True))
    assert cast.fay.pk in first
    assert cast.kim.pk not in first
    put(cast, Policy(care_red=Action.PAGE))
    message = say(cast, "ben", DARK)
    assert message.state == "held"
    second = Page.objects.filter(escalation__case__message=message).values_list("person", flat=True)
    assert {cast.fay.pk, cast.kim.pk} <= set(second)


def test_amber_that_pages_is_escalated(cast: Cast) -> None:
    say(cast, "ana", WISH)
    assert not Escalation.objects.exists()
    put(cast, Policy(care_amber=Action.PAGE, care_red=Action.PAGE))
    message = say(cast, "ana", WISH)
    assert message.state == "held"
    escalation = Escalation.objects.get()
    assert (escalation.case.message_id if escalation.case else None) == message.pk
    assert escalation.pages.filter(person=cast.kim).exists()


def test_the_shift_of_a_milder_finding_to_page_does_not_page_for_conduct(cast: Cast) -> None:
    put(cast, Policy(care_amber=Action.PAGE, care_red=Action.PAGE))
    say(cast, "ana", f"{WISH} {NUMBER}")
    assert {case.lane for case in Case.objects.all()} == {"care", "conduct"}
    assert Escalation.objects.get().case == Case.objects.get(lane="care")


@pytest.mark.parametrize("who", ["ana", "fay", "mo", "kim", "ada", "pat"])
def test_only_the_admin_and_the_supervisor_may_set_it(cast: Cast, who: str) -> None:
    with pytest.raises(Refused) as refused:
        put(cast, HOLDS, by=who)
    assert refused.value.code == "not_allowed"
    put(cast, HOLDS, by="sol")
    assert not ScreenPolicy.objects.exclude(set_by=cast.sol).exists()


def test_it_is_refused_without_a_reason_without_a_difference_and_over_somebody_elses_change(cast: Cast) -> None:
    with pytest.raises(Refused, match="empty"):
        put(cast, HOLDS, reason="  ")
    with pytest.raises(Refused, match="same"):
        put(cast, DEFAULT, GROUP, PEER)
    seen = screen_policies.holding(cast.programme).seen
    put(cast, HOLDS)
    with pytest.raises(Refused, match="changed"):
        screen_policies.change(
            programme=cast.programme, by=cast.sol.pk, tables={GROUP: DEFAULT}, reason="Back.", seen=seen
        )
    assert ScreenPolicy.objects.count() == 1


def test_what_was_set_is_in_the_audit_and_the_reason_is_sealed(cast: Cast) -> None:
    put(cast, HOLDS, reason="Two ambers were read late.")
    row = AuditRow.objects.get(verb="screen.policy")
    assert (row.actor_id, row.subject_id) == (cast.sam.pk, str(cast.programme.pk))
    assert (row.detail["room_kind"], row.detail["care_amber"], row.detail["care_crisis"]) == ("group", "hold", "page")
    assert "late" not in str(row.detail)
    kept = ScreenPolicy.objects.get()
    assert b"late" not in bytes(kept.reason_sealed)
    (change,) = screen_policies.as_changes(cast.programme, [kept])
    assert (change.reason, change.before, change.after, change.counts) == (
        "Two ambers were read late.",
        DEFAULT,
        HOLDS,
        True,
    )


def test_a_clock_that_was_put_back_does_not_make_the_newest_the_oldest(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(cast, HOLDS)
    first = ScreenPolicy.objects.get()
    monkeypatch.setattr(screen_policies, "now", lambda: first.set_at.replace(year=2020))
    put(cast, DEFAULT)
    assert screen_policies.holding(cast.programme).policies[GROUP] == DEFAULT


def test_a_row_that_was_altered_is_as_strict_as_it_may_be(cast: Cast) -> None:
    put(cast, HOLDS)
    ScreenPolicy.objects.update(table={"care_amber": "publish", "conduct_red": 7})
    policy = policy_in_force.in_force(cast.programme.pk, "group")
    assert (policy.care_amber, policy.care_red, policy.conduct_red) == (Action.PAGE, Action.PAGE, Action.HOLD)


@pytest.mark.django_db(transaction=True)
def test_it_is_read_once_and_a_change_shows_at_once_in_the_process_that_made_it(live_cast: Cast) -> None:
    gate = Gate()
    assert gate.screen(draft(live_cast)).action == Action.FLAG
    with CaptureQueriesContext(connection) as asked:
        assert gate.screen(draft(live_cast)).action == Action.FLAG
    assert len(asked) == 0
    put(live_cast, HOLDS)
    assert gate.screen(draft(live_cast)).action == Action.HOLD


@pytest.mark.django_db(transaction=True)
def test_another_processs_change_shows_within_two_seconds(live_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 1000.0
    monkeypatch.setattr(policy_in_force, "monotonic", lambda: at)
    monkeypatch.setattr(screen_policies, "forget", lambda programme: None)
    gate = Gate()
    assert gate.screen(draft(live_cast)).action == Action.FLAG
    put(live_cast, HOLDS)
    at += 1.9
    assert gate.screen(draft(live_cast)).action == Action.FLAG
    at += 0.1
    assert gate.screen(draft(live_cast)).action == Action.HOLD


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_not_remembered(live_cast: Cast) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        put(live_cast, HOLDS)
        assert policy_in_force.in_force(live_cast.programme.pk, "group") == HOLDS
        raise RuntimeError
    assert policy_in_force.in_force(live_cast.programme.pk, "group") == DEFAULT


@pytest.mark.django_db(transaction=True)
def test_what_was_read_before_a_change_is_not_remembered_after_it(
    live_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = policy_in_force.newest

    def overtaken(programme: Any, kind: str) -> ScreenPolicy | None:
        found = reading(programme, kind)
        if kind == "group":
            monkeypatch.setattr(policy_in_force, "newest", reading)
            put(live_cast, HOLDS)
        return found

    monkeypatch.setattr(policy_in_force, "newest", overtaken)
    assert policy_in_force.in_force(live_cast.programme.pk, "group") == DEFAULT
    assert policy_in_force.in_force(live_cast.programme.pk, "group") == HOLDS


@pytest.mark.django_db(transaction=True)
def test_on_a_loops_thread_it_asks_to_be_asked_elsewhere_unless_it_knows(live_cast: Cast) -> None:
    gate = Gate()

    async def ask(text: str) -> Any:
        return gate.screen(draft(live_cast, text))

    assert asyncio.run(ask("Good evening")).action == Action.PUBLISH
    with pytest.raises(SynchronousOnlyOperation):
        asyncio.run(ask(WISH))
    gate.screen(draft(live_cast))
    assert asyncio.run(ask(WISH)).action == Action.FLAG


def test_a_database_that_fails_holds_what_needs_the_policy(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(policy_in_force, "newest", broken)
    verdict = screening.screen(draft(cast))
    assert (verdict.action, verdict.severity, verdict.screen_down) == (Action.HOLD, "amber", False)
    assert screening.screen(draft(cast, INSULT)).action == Action.HOLD
    assert screening.screen(draft(cast, GOODBYE)).action == Action.PAGE, "what was found is not thrown away"
    assert screening.screen(draft(cast, GOODBYE, author_is_staff=True)).action == Action.FLAG
    assert screening.screen(draft(cast, "Good evening")).action == Action.PUBLISH


@pytest.mark.parametrize("text", ["Good evening", WISH])
def test_a_post_says_whose_programme_it_is_written_in(cast: Cast, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Draft] = []
    real: Callable[..., Any] = Gate.screen

    def listen(self: Gate, given: Draft) -> Any:
        asked.append(given)
        return real(self, given)

    monkeypatch.setattr(Gate, "screen", listen)
    say(cast, "ana", text)
    assert {one.programme_id for one in asked} == {cast.programme.pk}


def test_refused_words_that_page_go_past_the_lead_even_where_the_lead_was_told_of_milder_ones_before(
    cast: Cast,
) -> None:
    Session.objects.filter(pk=cast.session.pk).update(state="paused", paused_reason="lead")

    def refused() -> None:
        with pytest.raises(Refused):
            say(cast, "ana", DARK)

    refused()
    escalation = Escalation.objects.get()
    assert not escalation.pages.filter(person=cast.kim).exists()
    put(cast, Policy(care_red=Action.PAGE))
    refused()
    assert Escalation.objects.get() == escalation
    assert escalation.pages.filter(person=cast.kim).exists()
    assert "The screening policy pages the clinician at once." in {row["what"] for row in _so_far(escalation)}


def test_what_the_clinician_has_been_paged_for_is_not_the_leads_to_escalate_again(cast: Cast) -> None:
    put(cast, Policy(care_red=Action.PAGE))
    case = Case.objects.get(message=say(cast, "ana", DARK))
    assert beyond_the_lead(case)
