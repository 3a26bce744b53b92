"""What is dangerous reaches a human, and goes on until one answers."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from groups.errors import Refused
from groups.models import Session
from moderation.escalation import answers, cover, pages
from moderation.escalation import mail as mails
from moderation.escalation.states import GRAPH, OWNER
from moderation.escalation.trigger import escalate
from moderation.models import Case, Escalation, Flag, OnCall, Page, Severity
from moderation.targets import BadTargets, parse
from moderation.worker import Worker, lateness
from peers.permissions import Role
from records import clock, due
from tests.cast import Cast

CLINICIAN, LEAD, SUPERVISOR = (frozenset({role}) for role in (Role.CLINICIAN, Role.FACILITATOR, Role.SUPERVISOR))


def fire(cast: Cast, severity: int = Severity.RED, *, live: bool = False, kind: str = "message") -> Escalation:
    """An escalation about Ana."""
    session = cast.session if live else None
    case, _ = Case.objects.get_or_create(
        subject_kind="person",
        subject_id=cast.ana.pk,
        lane="care",
        state="open",
        defaults={
            "number": 900,
            "person": cast.ana,
            "cohort": cast.harbor,
            "severity": severity,
            "opened_at": clock.now(),
            "due_at": clock.now(),
        },
    )
    return escalate(kind=kind, severity=severity, cohort=cast.harbor, person=cast.ana, case=case, session=session)


def paged(escalation: Escalation) -> list[list[str]]:
    """Who was paged, step by step."""
    steps: dict[int, list[str]] = {}
    for page in (
        Page.objects.filter(escalation=escalation).select_related("person").order_by("step", "person__display_name")
    ):
        steps.setdefault(page.step, []).append(page.person.display_name)
    return [steps[step] for step in sorted(steps)]


def waits(escalation: Escalation) -> int:
    """Seconds from the trigger until the next person is paged."""
    assert escalation.next_page_at is not None
    return int((escalation.next_page_at - escalation.triggered_at).total_seconds())


def go_round(escalation: Escalation, times: int) -> None:
    """Let the worker come by when each next page is due."""
    for _ in range(times):
        escalation.refresh_from_db()
        assert escalation.next_page_at is not None
        with clock.at(escalation.next_page_at):
            assert pages.page_due(clock.now()) == 1
            assert pages.page_due(clock.now()) == 0


def test_outside_a_session_the_on_call_clinician_is_first_then_everybody_again_and_again(cast: Cast) -> None:
    escalation = fire(cast)
    assert paged(escalation) == [["Dr. Kim"]]
    go_round(escalation, 5)
    assert paged(escalation) == [["Dr. Kim"], ["Dr. Lee"], ["Sol"], ["Dr. Kim"], ["Dr. Lee"], ["Sol"]]


def test_in_a_live_session_red_is_the_lead_s_first_and_the_clinician_s_after_two_minutes(cast: Cast) -> None:
    escalation = fire(cast, live=True)
    assert paged(escalation) == [["Cory", "Fay"]]
    assert waits(escalation) == 120
    go_round(escalation, 1)
    assert paged(escalation)[1] == ["Dr. Kim"]


def test_a_crisis_goes_to_the_lead_and_the_clinician_at_once(cast: Cast) -> None:
    assert paged(fire(cast, Severity.CRISIS, live=True)) == [["Cory", "Dr. Kim", "Fay"]]


def test_an_unstaffed_room_is_the_supervisor_s_first(cast: Cast) -> None:
    escalation = escalate(kind="unstaffed", severity=Severity.RED, cohort=cast.harbor, session=cast.session)
    assert paged(escalation) == [["Sol"]]
    assert escalate(kind="unstaffed", severity=Severity.RED, cohort=cast.harbor, session=cast.session) == escalation


def test_with_nobody_on_call_every_clinician_and_supervisor_is_paged(cast: Cast) -> None:
    OnCall.objects.all().delete()
    assert paged(fire(cast)) == [["Dr. Kim", "Dr. Lee", "Sol"]]
    assert paged(fire(cast)) == [["Dr. Kim", "Dr. Lee", "Sol"]]


def test_an_empty_rung_is_skipped(cast: Cast) -> None:
    OnCall.objects.filter(rung=OnCall.Rung.CLINICIAN).delete()
    assert paged(fire(cast)) == [["Dr. Lee"]]


def test_it_fires_once_and_a_rise_pages_at_once_even_when_acknowledged(cast: Cast) -> None:
    escalation = fire(cast)
    assert fire(cast) == escalation
    assert len(paged(escalation)) == 1
    answers.acknowledge(escalation, by=cast.kim, roles=CLINICIAN)
    risen = fire(cast, Severity.CRISIS)
    assert (risen.pk, risen.state, risen.acknowledged_by_id) == (escalation.pk, "triggered", None)
    assert len(paged(escalation)) == 2


def test_later_changes_to_the_on_call_plan_do_not_touch_a_running_one(cast: Cast) -> None:
    escalation = fire(cast)
    OnCall.objects.filter(rung=OnCall.Rung.BACK_UP).delete()
    go_round(escalation, 1)
    assert paged(escalation)[1] == ["Dr. Lee"]


def test_acknowledged_is_not_paged_any_further(cast: Cast) -> None:
    escalation = fire(cast)
    answers.acknowledge(escalation, by=cast.lee, roles=CLINICIAN)
    with clock.later(hours=5):
        assert pages.page_due(clock.now()) == 0
    with pytest.raises(Refused):
        answers.acknowledge(escalation, by=cast.kim, roles=CLINICIAN)


@pytest.mark.django_db(transaction=True)
def test_two_workers_page_once_for_one_step(live_cast: Cast) -> None:
    escalation = fire(live_cast)
    assert escalation.next_page_at is not None
    moment = escalation.next_page_at
    done: list[int] = []

    def work() -> None:
        try:
            with clock.at(moment):
                done.append(pages.page_due(moment))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(done) == 1
    assert paged(escalation) == [["Dr. Kim"], ["Dr. Lee"]]


@pytest.mark.django_db(transaction=True)
def test_firing_at_the_same_time_fires_once(live_cast: Cast) -> None:
    fire(live_cast)
    Escalation.objects.all().update(state="resolved")
    made: list[Escalation] = []

    def work() -> None:
        try:
            made.append(fire(live_cast))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({one.pk for one in made}) == 1


def test_a_worker_killed_while_paging_leaves_the_step_due(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    escalation = fire(cast)
    assert escalation.next_page_at is not None
    with clock.at(escalation.next_page_at):
        with monkeypatch.context() as killed:
            killed.setattr(pages, "tell", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                pages.page_due(clock.now())
        assert len(paged(escalation)) == 1
        assert pages.page_due(clock.now()) == 1
    assert len(paged(escalation)) == 2


def test_one_that_cannot_be_paged_does_not_stop_the_others(cast: Cast) -> None:
    broken, fine = (
        fire(cast),
        escalate(kind="unstaffed", severity=Severity.RED, cohort=cast.harbor, session=cast.session),
    )
    Escalation.objects.filter(pk=broken.pk).update(policy={"ladder": "nonsense"})
    with clock.later(hours=1):
        assert pages.page_due(clock.now()) == 1
    assert len(paged(fine)) == 2
    broken.refresh_from_db()
    assert broken.state == "triggered"
    assert broken.next_page_at is not None


def test_the_mail_goes_out_once_and_says_nothing(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    fire(cast, Severity.CRISIS)
    assert mails.mail_due(clock.now()) == 1
    assert mails.mail_due(clock.now()) == 0
    (sent,) = mail.outbox
    said = f"{sent.subject} {sent.body}"
    for word in ("Ana", "Harbor", "Northside", "crisis", "suicid", "treatment", "group", "Holdfast"):
        assert word.lower() not in said.lower(), word
    assert sent.to == [cast.kim.email]


def test_mail_that_cannot_be_sent_is_tried_again(cast: Cast, settings: Any) -> None:
    fire(cast)
    settings.EMAIL_BACKEND = "nowhere.Backend"
    assert mails.mail_due(clock.now()) == 0
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with clock.later(seconds=31):
        assert mails.mail_due(clock.now()) == 1


@pytest.mark.parametrize(
    ("severity", "live", "roles", "acknowledges", "resolves"),
    [
        (Severity.RED, True, LEAD, True, False),
        (Severity.CRISIS, True, LEAD, False, False),
        (Severity.RED, False, LEAD, False, False),
        (Severity.RED, False, SUPERVISOR, True, False),
        (Severity.AMBER, False, SUPERVISOR, True, True),
        (Severity.CRISIS, True, CLINICIAN, True, True),
    ],
)
def test_who_acknowledges_and_who_resolves(
    cast: Cast, severity: Severity, live: bool, roles: frozenset[Role], acknowledges: bool, resolves: bool
) -> None:
    escalation = fire(cast, severity, live=live)
    assert (answers.may_acknowledge(escalation, cast.fay, roles) == "") is acknowledges
    assert (answers.may_resolve(escalation, roles) == "") is resolves


def test_resolving_needs_a_disposition_and_a_note(cast: Cast) -> None:
    escalation = fire(cast)
    for disposition, note in (("", "We spoke."), ("spoke_safe", "  "), ("made up", "We spoke.")):
        with pytest.raises(Refused):
            answers.resolve(escalation, by=cast.kim, roles=CLINICIAN, disposition=disposition, note=note)
    done = answers.resolve(escalation, by=cast.kim, roles=CLINICIAN, disposition="spoke_safe", note="We spoke.")
    assert (done.state, done.next_page_at) == ("resolved", None)
    assert b"We spoke" not in bytes(done.note_sealed or b"")
    with pytest.raises(Refused):
        answers.acknowledge(done, by=cast.kim, roles=CLINICIAN)


def test_every_state_has_an_owner_and_none_gives_up() -> None:
    assert set(GRAPH) == set(Escalation.State.values) == set(OWNER)
    for state, after in GRAPH.items():
        assert after <= set(GRAPH)
        assert (after == frozenset()) is (state == "resolved")


def test_the_operator_s_clocks_are_read_or_refused_in_one_line(settings: Any, cast: Cast) -> None:
    assert parse("crisis=60, red=3,amber=300") == {Severity.CRISIS: 60, Severity.RED: 3, Severity.AMBER: 300}
    for wrong in ("crisis", "crisis=", "purple=3", "red=-1", "red=0", "red=1.5"):
        with pytest.raises(BadTargets) as refused:
            parse(wrong)
        assert "\n" not in str(refused.value)
    settings.ACK_SECONDS = "red=3"
    assert waits(fire(cast)) == 3


def test_uncovered_stretches_are_found() -> None:
    start = clock.now()
    hour = [start + timedelta(hours=n) for n in range(6)]
    assert cover.uncovered([(hour[0], hour[5])], hour[1], hour[4]) == []
    assert cover.uncovered([], hour[0], hour[1]) == [(hour[0], hour[1])]
    assert cover.uncovered([(hour[0], hour[2]), (hour[3], hour[5])], hour[1], hour[4]) == [(hour[2], hour[3])]


def test_help_is_red_escalated_at_once_and_twice_is_one_case(cast: Cast, client_for: Callable[..., Client]) -> None:
    ana = client_for(cast.ana)
    assert "988" in ana.get("/help/").content.decode()
    first = ana.post("/help/", {"words": ""}).content.decode()
    assert "Dr. Kim" in first
    assert "988" in first
    ana.post("/help/", {"words": "please"})
    assert Flag.objects.filter(source="self").count() == 2
    assert (Escalation.objects.get().severity, Escalation.objects.get().kind) == (Severity.RED, "help")
    ana.post("/help/", {"words": "I took all the pills"})
    assert Escalation.objects.get().severity == Severity.CRISIS


def test_help_works_when_no_session_is_live_and_for_nobody_s_member_too(
    cast: Cast, client_for: Callable[..., Client]
) -> None:
    Session.objects.all().update(state="ended")
    assert "Dr. Kim" in client_for(cast.cal).post("/help/", {"words": ""}).content.decode()
    assert "988" in client_for(cast.dee).get("/help/").content.decode()


def test_the_list_is_one_s_own_cohorts_gravest_first(cast: Cast, client_for: Callable[..., Client]) -> None:
    red = fire(cast, live=True)
    client_for(cast.cal).post("/help/", {"words": "I took all the pills"})
    crisis = Escalation.objects.exclude(pk=red.pk).get()
    kim = client_for(cast.kim).get("/escalations/").content.decode()
    assert kim.index(str(crisis.pk)) < kim.index(str(red.pk))
    fay = client_for(cast.fay).get("/escalations/").content.decode()
    assert str(red.pk) in fay
    assert str(crisis.pk) not in fay
    assert client_for(cast.finn).get(f"/escalations/{red.pk}/").status_code == 404
    assert client_for(cast.ana).get("/escalations/").status_code == 403
    assert client_for(cast.sam).get("/escalations/").status_code == 403


def test_of_one_severity_those_nobody_has_answered_stand_first(cast: Cast, client_for: Callable[..., Client]) -> None:
    older = fire(cast)
    client_for(cast.ben).post("/help/", {"words": "I can't do this"})
    newer = Escalation.objects.exclude(pk=older.pk).get()
    kim = client_for(cast.kim)
    for answered, waiting in ((older, newer), (newer, older)):
        Escalation.objects.update(state="triggered", acknowledged_at=None, acknowledged_by=None)
        kim.post(f"/escalations/{answered.pk}/act/", {"do": "acknowledge"})
        page = kim.get("/escalations/").content.decode()
        assert page.index(str(waiting.pk)) < page.index(str(answered.pk))


def test_a_clinician_acknowledges_and_resolves_by_plain_forms(cast: Cast, client_for: Callable[..., Client]) -> None:
    escalation = fire(cast)
    kim, path = client_for(cast.kim), f"/escalations/{escalation.pk}/"
    assert "555-0117" in kim.get(path).content.decode()
    kim.post(f"{path}act/", {"do": "acknowledge"})
    refused = kim.post(f"{path}act/", {"do": "resolve", "disposition": "", "note": "We spoke."})
    assert refused.status_code == 409
    assert "We spoke." in refused.content.decode()
    kim.post(f"{path}act/", {"do": "resolve", "disposition": "spoke_safe", "note": "We spoke."})
    escalation.refresh_from_db()
    assert escalation.state == "resolved"
    assert "We spoke." in kim.get(path).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_worker_goes_round_survives_a_bad_task_and_says_that_it_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "TASKS", {})
    ran: list[str] = []
    due.register("bad", lambda moment: 1 // 0)
    due.register("good", lambda moment: ran.append("good") or 1)  # type: ignore[func-returns-value]
    assert lateness() is None
    worker = Worker(name="test")
    assert worker.go_round() == 1
    assert ran == ["good"]
    assert lateness() is not None
    with clock.later(seconds=90):
        late = lateness()
        assert late is not None
        assert late >= 89
