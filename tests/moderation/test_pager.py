"""The pager over a night: who is asked again, whose mail goes out, and what staff are told when it does not work."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from groups.models import PresenceSpan, Session
from groups.services import phases
from moderation.escalation import answers, pages, watch
from moderation.escalation import mail as mails
from moderation.escalation.trigger import escalate
from moderation.models import Escalation, OnCall, Page, Severity, WorkerBeat
from peers.models import Grant
from peers.permissions import Role
from records import clock
from tests.cast import Cast
from tests.moderation.test_escalation import CLINICIAN, LEAD, fire, go_round, paged

OUT = "django.core.mail.backends.locmem.EmailBackend"


def kinds(escalation: Escalation) -> list[str]:
    """The lines of "so far", by kind."""
    return list(escalation.entries.order_by("at").values_list("kind", flat=True))


def test_asking_for_help_in_a_live_session_reaches_the_lead_and_the_clinician_at_once(cast: Cast) -> None:
    assert paged(fire(cast, live=True, kind="help")) == [["Cory", "Dr. Kim", "Fay"]]


def test_a_lead_who_is_not_there_is_not_waited_for(cast: Cast) -> None:
    at = clock.now()
    Session.objects.filter(pk=cast.session.pk).update(lead_seen_at=at - timedelta(minutes=5))
    gone = at - timedelta(minutes=3)
    for person in (cast.fay, cast.cory):
        PresenceSpan.objects.create(
            session=cast.session, person=person, joined_at=at - timedelta(minutes=5), seen_at=gone, left_at=gone
        )
    cast.session.refresh_from_db()
    assert paged(fire(cast, live=True)) == [["Dr. Kim"]]


def test_a_second_round_reaches_who_is_on_call_by_then(cast: Cast) -> None:
    escalation = fire(cast)
    go_round(escalation, 2)
    OnCall.objects.filter(rung=OnCall.Rung.CLINICIAN).update(person=cast.lee)
    OnCall.objects.filter(rung=OnCall.Rung.BACK_UP).update(person=cast.kim)
    go_round(escalation, 3)
    assert paged(escalation) == [["Dr. Kim"], ["Dr. Lee"], ["Sol"], ["Dr. Lee"], ["Dr. Kim"], ["Sol"]]


def test_who_may_no_longer_read_it_is_not_paged(cast: Cast) -> None:
    escalation = fire(cast)
    Grant.objects.filter(person=cast.lee).update(ended_at=clock.now())
    assert pages.upcoming(escalation) == [str(cast.sol.pk)]
    go_round(escalation, 1)
    assert paged(escalation) == [["Dr. Kim"], ["Sol"]]


def test_with_nobody_to_page_at_all_it_stays_due_and_says_so(cast: Cast) -> None:
    Grant.objects.filter(role__in=[Role.CLINICIAN, Role.SUPERVISOR]).update(ended_at=clock.now())
    escalation = fire(cast)
    assert paged(escalation) == []
    assert "nobody" in kinds(escalation)
    assert escalation.next_page_at is not None
    Grant.objects.filter(person=cast.kim).update(ended_at=None)
    go_round(escalation, 1)
    assert paged(escalation) == [["Dr. Kim"]]


def test_asking_again_reminds_the_clinician_who_has_it_but_not_every_second(cast: Cast) -> None:
    escalation = fire(cast, kind="help")
    answers.acknowledge(escalation, by=cast.kim, roles=CLINICIAN)
    fire(cast, kind="help")
    assert paged(escalation) == [["Dr. Kim"]]
    with clock.later(minutes=2):
        again = fire(cast, kind="help")
    assert paged(escalation) == [["Dr. Kim"], ["Dr. Kim"]]
    assert again.state == "acknowledged"
    assert kinds(escalation).count("asked_again") == 2


def test_when_the_session_ends_what_only_its_lead_has_goes_to_the_clinician(cast: Cast) -> None:
    escalation = fire(cast, live=True)
    answers.acknowledge(escalation, by=cast.fay, roles=LEAD)
    assert paged(escalation) == [["Cory", "Fay"]]
    assert phases.end(session_id=cast.session.pk, by=cast.fay.pk).ended
    escalation.refresh_from_db()
    assert escalation.state == "triggered"
    assert paged(escalation)[-1] == ["Dr. Kim"]
    assert "session_over" in kinds(escalation)


def test_when_the_session_ends_what_a_clinician_has_stays_theirs(cast: Cast) -> None:
    escalation = fire(cast, Severity.CRISIS, live=True)
    answers.acknowledge(escalation, by=cast.kim, roles=CLINICIAN)
    assert phases.end(session_id=cast.session.pk, by=cast.fay.pk).ended
    escalation.refresh_from_db()
    assert (escalation.state, escalation.acknowledged_by_id) == ("acknowledged", cast.kim.pk)


def test_a_room_that_goes_on_again_says_so_and_still_waits_for_a_human(cast: Cast) -> None:
    phases.pause(session_id=cast.session.pk, by=cast.fay.pk)
    escalation = escalate(kind="unstaffed", severity=Severity.RED, cohort=cast.harbor, session=cast.session)
    phases.resume(session_id=cast.session.pk, by=cast.fay.pk)
    escalation.refresh_from_db()
    assert "staffed" in kinds(escalation)
    assert escalation.state == "triggered"


def test_nobody_is_mailed_for_what_somebody_else_has_by_now(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUT
    answers.acknowledge(fire(cast), by=cast.lee, roles=CLINICIAN)
    assert mails.mail_due(clock.now()) == 0
    with clock.later(hours=1):
        assert mails.mail_due(clock.now()) == 0
    assert mail.outbox == []


def test_a_page_claimed_by_another_worker_is_mailed_by_that_one_or_a_minute_later(cast: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = OUT
    page = fire(cast).pages.get()
    assert mails._claim(page)
    assert not mails._claim(page)
    assert mails.mail_due(clock.now()) == 0
    with clock.later(seconds=61):
        assert mails.mail_due(clock.now()) == 1
        assert mails.mail_due(clock.now()) == 0


def test_one_address_that_is_refused_does_not_keep_the_others_mail(
    cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = OUT
    fire(cast, Severity.CRISIS, live=True)
    send = mail.send_mail

    def picky(subject: str, body: str, sender: None, to: list[str]) -> int:
        if to == [cast.fay.email]:
            raise OSError("no such mailbox")
        return send(subject, body, sender, to)

    monkeypatch.setattr(mails, "send_mail", picky)
    assert mails.mail_due(clock.now()) == 2
    assert set(Page.objects.filter(mailed_at=None).values_list("person", flat=True)) == {cast.fay.pk}


def test_a_row_that_fails_is_tried_again_later_and_later_never_never(cast: Cast) -> None:
    escalation = fire(cast)
    Escalation.objects.update(policy={"ladder": "nonsense"})
    for failures in range(1, 7):
        escalation.refresh_from_db()
        assert escalation.next_page_at is not None
        with clock.at(escalation.next_page_at):
            before = clock.now()
            assert pages.page_due(before) == 0
        escalation.refresh_from_db()
        assert escalation.page_failures == failures
        assert timedelta(0) < escalation.next_page_at - before <= pages.RETRY_AT_MOST


def test_staff_are_told_when_the_pager_does_not_do_its_work(cast: Cast, client_for: Any) -> None:
    WorkerBeat.objects.create(name="one", at=clock.now())
    escalation = fire(cast)
    assert watch.troubles() == []
    kim: Client = client_for(cast.kim)
    assert "The pager is late" not in kim.get("/escalations/").content.decode()
    Escalation.objects.update(page_failures=1)
    Page.objects.update(mail_tries=2)
    said = kim.get("/escalations/").content.decode()
    assert "An escalation cannot be paged." in said
    assert "Mail is not going out." in said
    Escalation.objects.update(page_failures=0)
    Page.objects.update(mail_tries=0)
    assert escalation.next_page_at is not None
    with clock.at(escalation.next_page_at + timedelta(seconds=25)):
        WorkerBeat.objects.update(at=clock.now())
        assert [said for said, _ in watch.troubles()] == ["The pager is late."]
    answers.acknowledge(escalation, by=cast.kim, roles=CLINICIAN)
    WorkerBeat.objects.update(at=clock.now())
    assert not watch.pager_late()
    with clock.later(seconds=40):
        assert watch.pager_late()
