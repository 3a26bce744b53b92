"""A session's pages: the console, what peers may not see, every action as a plain form, attendance, the schedule."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from config.demo.cast import ZONE
from groups.models import AttendanceCorrection, PresenceSpan, Session
from groups.services import phases, presence, turns
from groups.spreadsheet import safe
from peers.models import User
from records.clock import now
from records.models import AuditRow
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def url(cast: Cast, name: str = "session") -> str:
    """An address of Harbor's live session."""
    return reverse(f"groups:{name}", args=[cast.session.pk])


def state_of(cast: Cast) -> str:
    """The session's state now."""
    return Session.objects.get(pk=cast.session.pk).state


def put(cast: Cast, state: str) -> None:
    """Set the session back to a phase."""
    Session.objects.filter(pk=cast.session.pk).update(state=state)


def present(cast: Cast, *people: User) -> None:
    """These people are connected."""
    for who in people:
        PresenceSpan.objects.create(
            session=cast.session, person=who, server=uuid4(), joined_at=now() - timedelta(minutes=10), seen_at=now()
        )


def check_in(cast: Cast, *people: User) -> None:
    """The session is in its check-in round with these people."""
    present(cast, *people)
    put(cast, "opening")
    phases.move(session_id=cast.session.pk, by=cast.fay.pk, to="check_in")


def buttons(html: str) -> set[str]:
    """The accessible names of a page's buttons."""
    found = re.findall(r"<button[^>]*>(.*?)</button>", html, re.S)
    return {" ".join(re.sub(r"<[^>]+>", "", text).split()) for text in found}


class TestThePage:
    """`GET /sessions/ID/`."""

    def test_the_lead_gets_the_console(self, cast: Cast, client_for: SignIn) -> None:
        present(cast, cast.ana)
        html = client_for(cast.fay).get(url(cast)).content.decode()
        assert {"Next phase", "Pause room", "End session"} <= buttons(html)
        assert "Start session" not in buttons(html)
        assert f"/desk/held/{cast.session.pk}/" in html
        assert "Ana" in html and "new, first time here" in html
        assert html.count("<h1") == 1

    def test_a_participant_gets_their_page_and_none_of_the_leads_controls(self, cast: Cast, client_for: SignIn) -> None:
        html = client_for(cast.ana).get(url(cast)).content.decode()
        assert "Raise hand" in buttons(html)
        assert not {"Next phase", "Pause room", "End session", "Start session"} & buttons(html)
        assert "/desk/held/" not in html and "new," not in html

    def test_a_scheduled_session_can_be_started_by_its_lead(self, cast: Cast, client_for: SignIn) -> None:
        finn = client_for(cast.finn)
        page = reverse("groups:session", args=[cast.later.pk])
        assert "Start session" in buttons(finn.get(page).content.decode())
        for state in ("lobby", "opening"):
            finn.post(reverse("groups:session_phase", args=[cast.later.pk]), {"to": state})
            assert Session.objects.get(pk=cast.later.pk).state == state
        assert "Start session" not in buttons(finn.get(page).content.decode())

    def test_peers_cannot_see_who_passed_who_is_away_or_who_is_missing(self, cast: Cast, client_for: SignIn) -> None:
        check_in(cast, cast.fay, cast.ana, cast.ben, cast.eve)
        turns.pass_turn(session_id=cast.session.pk, person_id=cast.ana.pk)
        PresenceSpan.objects.filter(person=cast.eve).update(left_at=now() - timedelta(minutes=5))
        peer, lead = (client_for(who).get(url(cast)).content.decode() for who in (cast.ben, cast.fay))
        for word in ("passed", "away", "Not here today", "Seen off"):
            assert word not in peer
        assert "Eve" not in peer
        for word in ("passed", "away 5 min", "Gus"):
            assert word in lead

    def test_one_reads_ones_own_place(self, cast: Cast, client_for: SignIn) -> None:
        check_in(cast, cast.fay, cast.ana, cast.ben, cast.eve, cast.gus)
        order = turns.round_of(cast.session.pk)
        assert order.speaking is not None
        speaker = User.objects.get(pk=order.speaking)
        third = User.objects.get(pk=order.waiting[2])
        html = client_for(third).get(url(cast)).content.decode()
        assert f"{speaker.display_name} is speaking." in html and "You are 3rd." in html
        assert "Pass" in buttons(html)

    def test_having_passed_one_is_asked_back_kindly(self, cast: Cast, client_for: SignIn) -> None:
        check_in(cast, cast.fay, cast.ana, cast.ben)
        ana = client_for(cast.ana)
        ana.post(url(cast, "session_pass"))
        html = ana.get(url(cast)).content.decode()
        assert "Come back in whenever you like." in html
        assert "Come back in" in buttons(html) and "Pass" not in buttons(html)

    def test_opening_it_is_a_sign_of_the_person_and_is_audited(self, cast: Cast, client_for: SignIn) -> None:
        client_for(cast.ana).get(url(cast))
        assert presence.here(cast.session.pk, now()) == [cast.ana.pk]
        assert AuditRow.objects.filter(verb="session.read", actor_id=cast.ana.pk).count() == 1

    def test_without_javascript_the_rooms_page_is_a_sign_too(self, cast: Cast, client_for: SignIn) -> None:
        client_for(cast.ben).get(reverse("groups:room", args=[cast.harbor_room.pk]))
        assert presence.here(cast.session.pk, now()) == [cast.ben.pk]

    def test_the_part_that_changes_stands_alone(self, cast: Cast, client_for: SignIn) -> None:
        html = client_for(cast.fay).get(url(cast, "session_side")).content.decode()
        assert html.lstrip().startswith("<section") and "Pause room" in buttons(html)


class TestWhoMay:
    """404 hides, 403 is kind, and another group's lead is nobody here."""

    @pytest.mark.parametrize("name", ["session", "session_side", "attendance", "attendance_csv", "session_end"])
    @pytest.mark.parametrize(("who", "status"), [("cal", 404), ("finn", 404), ("dee", 403), ("sam", 404), ("mo", 404)])
    def test_outsiders(self, cast: Cast, client_for: SignIn, name: str, who: str, status: int) -> None:
        assert client_for(getattr(cast, who)).get(url(cast, name)).status_code == status

    @pytest.mark.parametrize("name", ["attendance", "attendance_csv", "session_end"])
    def test_what_is_for_those_who_lead_is_refused_to_members(self, cast: Cast, client_for: SignIn, name: str) -> None:
        assert client_for(cast.ana).get(url(cast, name)).status_code == 403

    @pytest.mark.parametrize("act", ["phase", "pause", "resume", "take_lead", "next_turn", "give_turn", "farewell"])
    @pytest.mark.parametrize(("who", "status"), [("ana", 403), ("finn", 404), ("dee", 403), ("kim", 404)])
    def test_only_those_who_lead_act(self, cast: Cast, client_for: SignIn, act: str, who: str, status: int) -> None:
        answer = client_for(getattr(cast, who)).post(
            url(cast, f"session_{act}"), {"to": "closing_round", "person": str(cast.ana.pk), "state": "closed"}
        )
        assert answer.status_code == status
        assert state_of(cast) == "work"

    def test_somebody_not_signed_in_is_sent_to_sign_in(self, cast: Cast, client: Client) -> None:
        assert client.get(url(cast)).status_code == 302
        assert client.post(url(cast, "session_pause")).status_code == 302
        assert state_of(cast) == "work"

    def test_nothing_changes_by_get(self, cast: Cast, client_for: SignIn) -> None:
        assert client_for(cast.fay).get(url(cast, "session_pause")).status_code == 405


class TestForms:
    """Every action works as a plain form, as an htmx request and as JSON."""

    def test_a_lead_runs_the_hour_with_forms_alone(self, cast: Cast, client_for: SignIn) -> None:
        present(cast, cast.ana)
        fay = client_for(cast.fay)
        for name, fields, state in (
            ("session_pause", {}, "paused"),
            ("session_resume", {}, "work"),
            ("session_phase", {"to": "closing_round"}, "closing_round"),
        ):
            assert fay.post(url(cast, name), fields).status_code == 302
            assert state_of(cast) == state
        waits = fay.post(url(cast, "session_end"), follow=True).content.decode()
        assert "The session waits for Ana" in waits and state_of(cast) == "closing_round"
        fay.post(url(cast, "session_end"), {f"farewell-{cast.ana.pk}": "closed"})
        assert state_of(cast) == "ended"

    def test_the_check_in_round_by_forms(self, cast: Cast, client_for: SignIn) -> None:
        check_in(cast, cast.fay, cast.ana, cast.ben)
        fay = client_for(cast.fay)
        fay.post(url(cast, "session_give_turn"), {"person": str(cast.ben.pk)})
        assert turns.round_of(cast.session.pk).speaking == cast.ben.pk
        fay.post(url(cast, "session_come_back_to"), {"person": str(cast.ben.pk)})
        client_for(cast.ana).post(url(cast, "session_hand"), {"up": "1"})
        assert turns.hands(cast.session.pk) == [cast.ana.pk]
        fay.post(url(cast, "session_lower_hand"), {"person": str(cast.ana.pk)})
        assert turns.hands(cast.session.pk) == []

    def test_next_phase_pressed_twice_moves_once(self, cast: Cast, client_for: SignIn) -> None:
        put(cast, "opening")
        fay = client_for(cast.fay)
        for _ in range(2):
            fay.post(url(cast, "session_phase"), {"to": "check_in"})
        assert state_of(cast) == "check_in"

    def test_a_refused_form_says_why(self, cast: Cast, client_for: SignIn) -> None:
        page = client_for(cast.fay).post(url(cast, "session_phase"), {"to": "check_in"}, follow=True)
        assert "the session is in work" in page.content.decode()

    def test_json_answers_as_the_socket_does(self, cast: Cast, client_for: SignIn) -> None:
        fay = client_for(cast.fay)
        asked = {"headers": {"Accept": "application/json"}}
        good = fay.post(url(cast, "session_pause"), **asked)  # type: ignore[arg-type]
        bad = fay.post(url(cast, "session_phase"), {"to": "work!"}, **asked)  # type: ignore[arg-type]
        assert (good.status_code, json.loads(good.content)["ok"]) == (200, True)
        assert (bad.status_code, json.loads(bad.content)["code"]) == (409, "not_now")

    def test_htmx_gets_the_part_that_changed(self, cast: Cast, client_for: SignIn) -> None:
        part = client_for(cast.fay).post(url(cast, "session_pause"), headers={"HX-Request": "true"})
        html = part.content.decode()
        assert "<html" not in html and "Resume" in buttons(html)
        assert "since " in html and "until " not in html

    @pytest.mark.parametrize("junk", ["", "x", "0", "../../etc", "\x00"])
    def test_junk_in_a_form_is_nothing_there(self, cast: Cast, client_for: SignIn, junk: str) -> None:
        check_in(cast, cast.ana)
        answer = client_for(cast.fay).post(url(cast, "session_give_turn"), {"person": junk})
        assert answer.status_code in (302, 404)
        assert turns.round_of(cast.session.pk).speaking == cast.ana.pk


class TestAttendance:
    """The page and the spreadsheet."""

    def rows(self, cast: Cast, client: Client) -> list[dict[str, str]]:
        """The spreadsheet's rows."""
        answer = client.get(url(cast, "attendance_csv"))
        assert answer["Content-Type"].startswith("text/csv")
        return list(csv.DictReader(io.StringIO(answer.content.decode())))

    def test_the_spreadsheet_has_exactly_its_columns_and_a_row_a_person(self, cast: Cast, client_for: SignIn) -> None:
        present(cast, cast.fay, cast.ana, cast.ana, cast.ben)
        fay = client_for(cast.fay)
        first = fay.get(url(cast, "attendance_csv")).content.decode().splitlines()[0]
        assert first == "person,joined_at,left_at,minutes,corrected"
        rows = self.rows(cast, fay)
        assert [(row["person"], row["minutes"], row["corrected"]) for row in rows] == [
            ("Ana", "10", "no"),
            ("Ben", "10", "no"),
        ]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", rows[0]["joined_at"])
        assert rows[0]["left_at"] == ""

    def test_a_correction_needs_a_reason_and_shows(self, cast: Cast, client_for: SignIn) -> None:
        present(cast, cast.ana)
        fay = client_for(cast.fay)
        form: dict[str, Any] = {"person": str(cast.ana.pk), "minutes": "80", "reason": ""}
        fay.post(url(cast, "attendance"), form)
        assert not AttendanceCorrection.objects.exists()
        fay.post(url(cast, "attendance"), {**form, "reason": "Called in at first."})
        assert (self.rows(cast, fay)[0]["minutes"], self.rows(cast, fay)[0]["corrected"]) == ("80", "yes")
        assert "Called in at first." in fay.get(url(cast, "attendance")).content.decode()

    def test_reading_it_is_audited(self, cast: Cast, client_for: SignIn) -> None:
        fay = client_for(cast.fay)
        fay.get(url(cast, "attendance"))
        fay.get(url(cast, "attendance_csv"))
        rows = AuditRow.objects.filter(verb="attendance.read", actor_id=cast.fay.pk)
        assert {row.detail["form"] for row in rows} == {"page", "csv"}

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
    def test_a_name_never_runs_as_a_formula(self, cast: Cast, client_for: SignIn, name: str) -> None:
        User.objects.filter(pk=cast.ana.pk).update(display_name=name)
        present(cast, cast.ana)
        assert self.rows(cast, client_for(cast.fay))[0]["person"].startswith("'")

    def test_a_name_stays_as_it_is(self) -> None:
        assert [safe(name) for name in ("Ana", "O'Neil", "1st")] == ["Ana", "O'Neil", "1st"]


class TestSchedule:
    """Cancelling and moving, for those who keep the schedule."""

    def page(self, cast: Cast) -> str:
        """Cedar's session later today."""
        return reverse("groups:session_schedule", args=[cast.later.pk])

    def test_the_programmes_admin_cancels(self, cast: Cast, client_for: SignIn) -> None:
        sam = client_for(cast.sam)
        assert "Cancel session" in sam.get(self.page(cast)).content.decode()
        sam.post(self.page(cast), {"do": "cancel"})
        assert Session.objects.get(pk=cast.later.pk).state == "cancelled"

    def test_moving_is_in_the_programmes_own_time(self, cast: Cast, client_for: SignIn) -> None:
        day = (now() + timedelta(days=3)).date()
        client_for(cast.sam).post(self.page(cast), {"do": "move", "day": day.isoformat(), "time": "09:30"})
        moved = Session.objects.get(pk=cast.later.pk)
        assert moved.starts_at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M") == f"{day} 09:30"
        assert moved.ends_at - moved.starts_at == timedelta(minutes=90)

    @pytest.mark.parametrize(("who", "status"), [("finn", 403), ("cal", 403), ("fay", 404), ("ana", 404), ("kim", 404)])
    def test_nobody_else_does(self, cast: Cast, client_for: SignIn, who: str, status: int) -> None:
        assert client_for(getattr(cast, who)).post(self.page(cast), {"do": "cancel"}).status_code == status
        assert Session.objects.get(pk=cast.later.pk).state == "scheduled"

    @pytest.mark.parametrize("form", [{}, {"do": "move"}, {"do": "move", "day": "soon", "time": "late"}])
    def test_junk_moves_nothing(self, cast: Cast, client_for: SignIn, form: dict[str, str]) -> None:
        before = Session.objects.get(pk=cast.later.pk).starts_at
        assert client_for(cast.sam).post(self.page(cast), form).status_code == 302
        assert Session.objects.get(pk=cast.later.pk).starts_at == before
