"""Flags, cases and decisions: nothing is lost, one open case for each subject, and nobody learns who reported."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from groups.errors import Refused
from groups.models import Message, Session
from groups.services import messages, posting
from live import log
from moderation import policies, queue, reading
from moderation.models import Case, Decision, Escalation, Evidence, Flag, Lane, Notice, Page, Severity
from moderation.services import claims, decisions, notices
from moderation.services.flags import flag
from peers.permissions import Role
from records import clock, sealing
from records.models import AuditRow
from tests.cast import Cast

Verb = Decision.Verb
DARK = "I want to die."


def say(cast: Cast, who: str, text: str) -> Message:
    """Post in Harbor's room through the real gate."""
    receipt = posting.post(person_id=cast.people[who].pk, room_id=cast.harbor_room.pk, cid=str(uuid4()), text=text)
    return Message.objects.get(pk=receipt.message_id)


def report(cast: Cast, who: str, message: Message, lane: str = Lane.CONDUCT, severity: int = Severity.AMBER) -> Flag:
    """A member flags a message."""
    return flag(
        source=Flag.Source.MEMBER,
        lane=lane,
        reason="harassment",
        severity=severity,
        subject_kind=Case.Subject.MESSAGE,
        subject_id=message.pk,
        cohort=cast.harbor,
        room=cast.harbor_room,
        message=message,
        person=message.author,
        reporter=cast.people[who],
        note="This was aimed at me.",
    )


def test_a_red_message_is_held_flagged_and_escalated_in_one_go(cast: Cast) -> None:
    message = say(cast, "ana", DARK)
    case = Case.objects.get()
    assert (message.state, case.lane, case.severity, case.message_id) == ("held", "care", Severity.RED, message.pk)
    assert Escalation.objects.get().case_id == case.pk
    evidence = Evidence.objects.get(case=case)
    assert sealing.unseal(sealing.case(case.pk), f"evidence:{evidence.pk}", evidence.sealed) == DARK
    assert any(event["type"] == "case.changed" for event in log.page(f"desk:{cast.harbor.pk}", 0))


def test_corroborating_flags_join_the_one_open_case_and_the_gravest_counts(cast: Cast) -> None:
    message = say(cast, "ben", "Good evening")
    for who in ("ana", "eve", "gus"):
        report(cast, who, message)
    case = Case.objects.get()
    assert (case.flags.count(), case.severity) == (3, Severity.AMBER)
    report(cast, "ana", message, severity=Severity.RED)
    case.refresh_from_db()
    assert case.severity == Severity.RED
    assert Evidence.objects.filter(case=case).count() == 1
    report(cast, "eve", message, lane=Lane.CARE)
    assert Case.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_flags_at_the_same_time_open_one_case(live_cast: Cast) -> None:
    message = say(live_cast, "ben", "Good evening")
    errors: list[Exception] = []

    def write(who: str) -> None:
        try:
            report(live_cast, who, message)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(who,)) for who in ("ana", "eve", "gus", "fay")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert Case.objects.get().flags.count() == 4


def test_a_refused_goodbye_reaches_a_person_once_however_often_it_is_retried(cast: Cast) -> None:
    Session.objects.filter(pk=cast.session.pk).update(state="paused", paused_reason="lead")
    for _ in range(3):
        with pytest.raises(Refused):
            posting.post(
                person_id=cast.ana.pk, room_id=cast.harbor_room.pk, cid="same", text="Goodbye everyone. I want to die."
            )
    case = Case.objects.get()
    assert (case.subject_kind, case.person_id, case.flags.count()) == ("person", cast.ana.pk, 1)
    assert Message.objects.count() == 0
    assert "Goodbye everyone" in "".join(piece.text for piece in reading.evidence_of(case, cast.mo.pk)[0].pieces)


def test_a_goodbye_taken_back_is_more_urgent_and_its_words_stay(cast: Cast) -> None:
    message = say(cast, "ana", "Goodbye everyone.")
    before = Case.objects.get().due_at
    with clock.later(seconds=10):
        messages.withdraw(person_id=cast.ana.pk, message_id=message.pk)
    case = Case.objects.get()
    assert case.state == Case.State.OPEN
    assert case.due_at < before
    sealing.destroy(sealing.room(cast.harbor_room.pk))
    assert reading.evidence_of(case, cast.mo.pk)[0].pieces[0].text


def test_a_screen_that_is_down_is_told_to_the_desk(cast: Cast, settings: Any) -> None:
    settings.MESSAGE_GATE = "nowhere.Gate"
    message = say(cast, "ana", "Good evening")
    assert message.state == "held"
    assert Flag.objects.get().reason == "screen_down"
    assert Case.objects.get().severity == Severity.AMBER


MATTER: dict[str, Any] = {
    "lane": "care",
    "severity": Severity.AMBER,
    "open": True,
    "message_state": "held",
    "live": False,
    "escalated": False,
}


@pytest.mark.parametrize(
    ("verb", "role", "changes", "allowed"),
    [
        (Verb.DISMISS, Role.MODERATOR, {}, True),
        (Verb.DISMISS, Role.MODERATOR, {"severity": Severity.RED}, False),
        (Verb.DISMISS, Role.MODERATOR, {"severity": Severity.RED, "lane": "conduct"}, True),
        (Verb.DISMISS, Role.CLINICIAN, {"severity": Severity.CRISIS}, True),
        (Verb.DISMISS, Role.FACILITATOR, {}, False),
        (Verb.RELEASE, Role.FACILITATOR, {"live": True, "severity": Severity.RED}, True),
        (Verb.RELEASE, Role.CO_FACILITATOR, {"live": True}, True),
        (Verb.RELEASE, Role.FACILITATOR, {"live": True, "severity": Severity.CRISIS}, False),
        (Verb.RELEASE, Role.CLINICIAN, {"live": True, "severity": Severity.CRISIS}, True),
        (Verb.RELEASE, Role.MODERATOR, {"live": True}, False),
        (Verb.RELEASE, Role.MODERATOR, {}, True),
        (Verb.RELEASE, Role.MODERATOR, {"severity": Severity.RED}, False),
        (Verb.RELEASE, Role.CLINICIAN, {"message_state": "published"}, False),
        (Verb.HIDE, Role.MODERATOR, {"message_state": "published"}, True),
        (Verb.HIDE, Role.MODERATOR, {}, False),
        (Verb.RESTORE, Role.MODERATOR, {"message_state": "hidden", "open": False}, True),
        (Verb.ESCALATE, Role.MODERATOR, {}, True),
        (Verb.ESCALATE, Role.MODERATOR, {"lane": "conduct"}, False),
        (Verb.ESCALATE, Role.MODERATOR, {"escalated": True}, False),
        (Verb.DISMISS, Role.MODERATOR, {"open": False}, False),
    ],
)
def test_which_decision_is_whose(verb: str, role: Role, changes: dict[str, Any], allowed: bool) -> None:
    why = policies.can(verb, policies.Matter(**(MATTER | changes)), frozenset({role}))
    assert (why == "") is allowed, why


def test_hiding_tells_the_author_and_the_reporter_once_and_can_be_taken_back(cast: Cast) -> None:
    message = say(cast, "ben", "Good evening")
    report(cast, "ana", message)
    report(cast, "eve", message)
    case, roles = Case.objects.get(), frozenset({Role.MODERATOR})
    with pytest.raises(Refused):
        decisions.decide(case, verb=Verb.HIDE, by=cast.mo, roles=roles)
    made = decisions.decide(case, verb=Verb.HIDE, by=cast.mo, roles=roles, reason="It puts someone down.")
    message.refresh_from_db()
    assert message.state == "hidden"
    given = sorted((notice.person.display_name, notice.kind) for notice in Notice.objects.select_related("person"))
    assert given == [("Ana", "reporter_seen"), ("Ben", "author_hidden"), ("Eve", "reporter_seen")]
    decisions.reverse(made, by=cast.mo, roles=roles)
    message.refresh_from_db()
    case.refresh_from_db()
    assert (message.state, case.state) == ("published", "open")
    assert Notice.objects.filter(kind="reporter_seen").count() == 2
    with pytest.raises(Refused):
        decisions.reverse(made, by=cast.mo, roles=roles)


def test_the_lead_releases_up_to_red_with_a_reason_and_that_answers_the_page(cast: Cast) -> None:
    message = say(cast, "ana", DARK)
    case, roles = Case.objects.get(), frozenset({Role.FACILITATOR})
    decisions.decide(case, verb=Verb.RELEASE, by=cast.fay, roles=roles, reason="We spoke; she wants the group to know.")
    message.refresh_from_db()
    case.refresh_from_db()
    escalation = Escalation.objects.get()
    assert (message.state, message.seq) == ("published", 1)
    assert case.state == Case.State.OPEN
    assert (escalation.state, escalation.acknowledged_by_id) == ("acknowledged", cast.fay.pk)


def test_a_clinician_who_closes_a_case_answers_its_page(cast: Cast) -> None:
    say(cast, "ana", DARK)
    case, reason = Case.objects.get(), "Spoke with her; her sister is there."
    decisions.decide(case, verb=Verb.ESCALATE, by=cast.mo, roles=frozenset({Role.MODERATOR}), reason=reason)
    assert Escalation.objects.get().state == Escalation.State.TRIGGERED
    decisions.decide(case, verb=Verb.DISMISS, by=cast.kim, roles=frozenset({Role.CLINICIAN}), reason=reason)
    escalation = Escalation.objects.get()
    assert (escalation.state, escalation.acknowledged_by_id) == ("acknowledged", cast.kim.pk)


def test_whose_message_is_hidden_reads_why_where_the_screen_knows_and_nothing_of_who_reported(cast: Cast) -> None:
    unkind, plain = say(cast, "eve", "Ben you are pathetic, shut up"), say(cast, "eve", "Good evening")
    report(cast, "ana", plain)
    for message in (unkind, plain):
        case = Case.objects.get(message=message)
        for verb in [Verb.RELEASE, Verb.HIDE] if message.state == "held" else [Verb.HIDE]:
            decisions.decide(case, verb=verb, by=cast.mo, roles=frozenset({Role.MODERATOR}), reason="As agreed.")
    told = {n.case.message_id: says for n, _, says in notices.unread(cast.eve) if n.kind == "author_hidden"}
    assert "It may hurt someone who reads it." in told[unkind.pk]
    assert "It may" not in told[plain.pk]


def test_a_claim_holds_for_its_lease_and_no_longer(cast: Cast) -> None:
    say(cast, "ana", DARK)
    case = Case.objects.get()
    claims.claim(case, by=cast.mo)
    with pytest.raises(Refused):
        claims.claim(case, by=cast.nia)
    with clock.later(minutes=11):
        assert claims.claim(case, by=cast.nia).claimed_by_id == cast.nia.pk


def test_the_queue_is_by_severity_then_time_and_what_is_past_its_time_ages() -> None:
    at = clock.now()
    soon, late, over = at.replace(microsecond=1), at.replace(microsecond=2), at.replace(year=at.year - 1)
    with clock.at(at):
        red, crisis = queue.place(Severity.RED, late, at), queue.place(Severity.CRISIS, late, at)
        amber, old_amber = (
            queue.place(Severity.AMBER, at.replace(year=at.year + 1), at),
            queue.place(Severity.AMBER, over, at),
        )
    assert sorted([amber, red, crisis, old_amber]) == [crisis, old_amber, red, amber]
    assert queue.place(Severity.RED, soon, over) < queue.place(Severity.RED, late, over)


def test_nobody_learns_who_reported_from_any_page_or_frame(cast: Cast, client_for: Callable[..., Client]) -> None:
    message = say(cast, "ben", "Good evening")
    made = report(cast, "eve", message)
    case = Case.objects.get()
    decisions.decide(
        case, verb=Verb.HIDE, by=cast.mo, roles=frozenset({Role.MODERATOR}), reason="It puts someone down."
    )
    ben = client_for(cast.ben)
    for path in ("/home/", "/notices/", f"/rooms/{cast.harbor_room.pk}/", f"/rooms/{cast.harbor_room.pk}/log?after=0"):
        text = ben.get(path).content.decode()
        assert str(made.pk) not in text
        assert "reported" not in text.lower()
        assert str(case.pk) not in text
    told = str(log.page(f"person:{cast.ben.pk}", 0)) + str(log.page(cast.harbor_room.topic, 0))
    assert str(cast.eve.pk) not in told
    assert ben.get(f"/desk/cases/{case.pk}/").status_code == 404


def test_the_desk_shows_only_one_s_own_scope_and_every_look_is_recorded(
    cast: Cast, client_for: Callable[..., Client]
) -> None:
    say(cast, "ana", DARK)
    case = Case.objects.get()
    mo = client_for(cast.mo)
    assert f"/desk/cases/{case.pk}/" in mo.get("/desk/").content.decode()
    assert mo.get(f"/desk/cases/{case.pk}/").status_code == 200
    assert AuditRow.objects.filter(verb="case.read", subject_id=str(case.pk), actor_id=cast.mo.pk).count() == 1
    assert AuditRow.objects.filter(verb="evidence.read", actor_id=cast.mo.pk).exists()
    for who, status in (("ana", 404), ("ben", 404), ("finn", 404), ("sam", 404), ("fay", 200), ("kim", 200)):
        assert client_for(cast.people[who]).get(f"/desk/cases/{case.pk}/").status_code == status, who
    assert client_for(cast.ben).get("/desk/").status_code == 403


def test_a_legal_name_needs_the_permission_and_a_reason(cast: Cast, client_for: Callable[..., Client]) -> None:
    say(cast, "ana", DARK)
    path = f"/desk/cases/{Case.objects.get().pk}/identify/"
    assert client_for(cast.mo).post(path, {"reason": "to call her"}).status_code == 403
    kim = client_for(cast.kim)
    assert "Castellanos" not in kim.post(path, {"reason": ""}, follow=True).content.decode()
    assert "Castellanos" in kim.post(path, {"reason": "to call her"}).content.decode()
    assert AuditRow.objects.filter(verb="identity.read", person_id=cast.ana.pk).count() == 1


def test_reporting_by_a_plain_form_says_who_looks_and_by_when(cast: Cast, client_for: Callable[..., Client]) -> None:
    message = say(cast, "ben", "Good evening")
    ana, path = client_for(cast.ana), f"/messages/{message.pk}/report/"
    assert "I&#x27;m worried about this person" in ana.get(path).content.decode()
    assert "Choose what fits best" in ana.post(path, {}).content.decode()
    done = ana.post(path, {"reason": "worried", "note": "He seems low."}).content.decode()
    assert "Nobody is told it was you" in done
    assert "988" in done
    assert Case.objects.get().lane == Lane.CARE
    assert client_for(cast.ben).get(path).status_code == 404
    assert client_for(cast.cal).get(path).status_code == 404


def test_the_lead_escalates_a_red_hold_without_waiting_for_the_clock(cast: Cast) -> None:
    say(cast, "ana", DARK)
    case, roles = Case.objects.get(), frozenset({Role.FACILITATOR})
    assert Page.objects.filter(person=cast.kim).count() == 0
    decisions.decide(case, verb=Verb.ESCALATE, by=cast.fay, roles=roles)
    assert Page.objects.filter(person=cast.kim).count() == 1
    assert Escalation.objects.count() == 1
    with pytest.raises(Refused):
        decisions.decide(case, verb=Verb.ESCALATE, by=cast.fay, roles=roles)


def test_an_answered_case_stands_behind_those_nobody_answered() -> None:
    at = clock.now()
    waiting, answered = (queue.place(Severity.RED, at, at, answered=acted) for acted in (False, True))
    assert waiting < answered < queue.place(Severity.AMBER, at.replace(year=at.year + 1), at)
