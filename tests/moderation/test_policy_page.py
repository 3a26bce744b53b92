"""The page of the screening policy: who sees it, what it keeps, what it refuses, and what a preview says."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from groups.access import roles_in
from groups.gate import Action
from groups.models import Message, Programme
from groups.services import posting
from moderation.models import Case, Decision, Escalation, ScreenPolicy
from moderation.screening.policy import DEFAULT, MILDER, WHY_NOT, Policy
from moderation.services import decisions, policy_in_force, policy_preview, screen_policies
from moderation.services.policy_preview import Fell
from peers.models import Grant
from peers.permissions import Role
from records import clock, sealing
from records.models import AuditRow
from tests.cast import Cast

GROUP, PEER = ScreenPolicy.RoomKind.GROUP, ScreenPolicy.RoomKind.PEER
WISH, NUMBER, INSULT = "I wish I was dead.", "What's your insta?", "You're pathetic."
FORM = {
    f"{kind}_{line}": action
    for kind in ("group", "peer")
    for line, action in DEFAULT.table().items()
    if not line.endswith("crisis")
}
WHY = {"reason": "Two ambers were read late in May.", "do": "save"}


def path(cast: Cast) -> str:
    """The page."""
    return f"/screening/{cast.programme.pk}/"


def words(answer: object) -> str:
    """What stands on a page, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))  # type: ignore[attr-defined]


def checked(answer: object) -> set[str]:
    """`group_care_amber=hold` for each choice that is made on the page."""
    radios = re.findall(r"<input type=\"radio\"[^>]*>", answer.content.decode())  # type: ignore[attr-defined]
    return {
        f"{re.search('name=.([a-z_]+)', one)[1]}={re.search('value=.([a-z]+)', one)[1]}"  # type: ignore[index]
        for one in radios
        if " checked" in one
    }


def decided(cast: Cast, who: str, text: str, *verbs: str, room: object = None) -> Case:
    """A message that was decided and closed; its first case."""
    where = room or cast.harbor_room
    receipt = posting.post(person_id=cast.people[who].pk, room_id=where.pk, cid=str(uuid4()), text=text)  # type: ignore[attr-defined]
    for case in Case.objects.filter(message=receipt.message_id):
        roles = roles_in(cast.kim.pk, case.cohort)
        for verb in verbs:
            decisions.decide(case, verb=verb, by=cast.kim, roles=roles, reason="Looked at it.")
    return Case.objects.filter(message=receipt.message_id).order_by("lane")[0]


@pytest.mark.parametrize("who", ["sam", "sol"])
def test_the_admin_and_the_supervisor_set_it_by_a_plain_form(
    cast: Cast, client_for: Callable[..., Client], who: str
) -> None:
    client = client_for(cast.people[who])
    assert client.get("/screening/").headers["Location"] == path(cast)
    page = client.get(path(cast))
    assert checked(page) == {f"{name}={value}" for name, value in FORM.items()}
    assert "Minutes count, so a clinician is always called." in words(page)
    assert "group_care_crisis" not in page.content.decode()
    saved = client.post(path(cast), FORM | WHY | {"group_care_amber": "hold"}, follow=True)
    assert "Saved for group rooms." in words(saved)
    assert "group_care_amber=hold" in checked(saved)
    assert "Amber in care: was shown and flagged, now held and flagged." in words(saved)
    assert "Two ambers were read late in May." in words(saved)
    kept = ScreenPolicy.objects.get()
    assert (kept.room_kind, kept.set_by, kept.table["care_amber"]) == ("group", cast.people[who], "hold")


@pytest.mark.parametrize("who", ["ana", "cal", "dee", "fay", "cory", "mo", "kim", "ada", "pat"])
def test_nobody_else_sees_it_or_sets_it(cast: Cast, client_for: Callable[..., Client], who: str) -> None:
    client = client_for(cast.people[who])
    assert client.get("/screening/").status_code == 403
    for answer in (client.get(path(cast)), client.post(path(cast), FORM | WHY | {"group_care_amber": "hold"})):
        assert answer.status_code in (403, 404)
    assert "Screening" not in words(client.get("/home/"))
    assert not ScreenPolicy.objects.exists()


def test_the_admin_of_another_programme_finds_nothing(cast: Cast, client_for: Callable[..., Client]) -> None:
    other = Programme.objects.create(name="Elsewhere", phone="555-0100", phone_hours="9 to 5", timezone="UTC")
    assert client_for(cast.sam).get(f"/screening/{other.pk}/").status_code == 404
    Grant.objects.create(person=cast.sam, role=Role.ADMIN, scope=other.pk, granted_at=clock.now(), granted_by=cast.sam)
    both = words(client_for(cast.sam).get("/screening/"))
    assert "Elsewhere" in both
    assert cast.programme.name in both


def test_what_showing_a_grave_message_means_is_said_where_it_is_chosen(
    cast: Cast, client_for: Callable[..., Client]
) -> None:
    page = client_for(cast.sam).get(path(cast)).content.decode()
    for kind in ("group", "peer"):
        assert f'aria-describedby="id_{kind}_care_red_help' in page
        assert f'id="id_{kind}_care_red_help">What is shown, the room reads before anybody could act on it.' in page


def test_the_programme_page_and_the_navigation_lead_there(cast: Cast, client_for: Callable[..., Client]) -> None:
    page = client_for(cast.sam).get(f"/staff/programs/{cast.programme.pk}/").content.decode()
    assert f'href="{path(cast)}"' in page
    assert 'href="/screening/"' in client_for(cast.sol).get("/home/").content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": "   "}, "Write why; one sentence is enough."),
        ({"group_care_red": "publish"}, WHY_NOT["care_red"]),
        ({"peer_contact_exchange": "publish"}, WHY_NOT["contact_exchange"]),
        ({"group_conduct_red": "page"}, WHY_NOT["conduct_red"]),
        ({"group_care_amber": "page"}, MILDER),
        ({"peer_conduct_amber": ""}, "Choose one of these."),
        ({"peer_conduct_red": "hold", "peer_conduct_amber": "publish", "reason": ""}, "Write why"),
    ],
)
def test_an_error_stands_beside_its_field_and_nothing_entered_is_lost(
    cast: Cast, client_for: Callable[..., Client], changed: dict[str, str], said: str
) -> None:
    given = FORM | WHY | {"peer_care_amber": "hold", "group_contact_exchange": "flag"} | changed
    answer = client_for(cast.sam).post(path(cast), given)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "Nothing is saved yet." in words(answer)
    kept = {f"{name}={value}" for name, value in given.items() if name in FORM}
    impossible = {"group_care_red=publish", "peer_contact_exchange=publish", "group_conduct_red=page"}
    assert checked(answer) == {one for one in kept - impossible if not one.endswith("=")}
    assert given["reason"].strip() in words(answer)
    assert not ScreenPolicy.objects.exists()


def test_a_posted_crisis_line_changes_nothing(cast: Cast, client_for: Callable[..., Client]) -> None:
    given = FORM | WHY | {"group_care_crisis": "publish", "peer_care_amber": "hold"}
    assert client_for(cast.sam).post(path(cast), given).status_code == 302
    assert ScreenPolicy.objects.get().table["care_crisis"] == "page"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(
    cast: Cast, client_for: Callable[..., Client]
) -> None:
    sam, sol = client_for(cast.sam), client_for(cast.sol)
    assert sol.post(path(cast), FORM | WHY | {"group_care_amber": "hold", "seen": ""}).status_code == 302
    given = FORM | WHY | {"group_conduct_amber": "hold", "seen": ""}
    refused = sam.post(path(cast), given)
    assert refused.status_code == 422
    assert "Somebody else changed the policy while this page was open." in words(refused)
    assert "Now: held and flagged" in words(refused)
    assert "group_conduct_amber=hold" in checked(refused)
    seen = re.search(r'name="seen" value="([^"]*)"', refused.content.decode())
    assert seen is not None
    assert sam.post(path(cast), given | {"seen": seen[1]}).status_code == 302
    assert screen_policies.holding(cast.programme).policies[GROUP] == Policy(conduct_amber=Action.HOLD)


def test_saving_what_holds_already_says_so(cast: Cast, client_for: Callable[..., Client]) -> None:
    answer = client_for(cast.sam).post(path(cast), FORM | WHY)
    assert answer.status_code == 422
    assert "Nothing is different from what holds now." in words(answer)


def test_an_earlier_policy_is_taken_up_again_and_the_history_is_paged(
    cast: Cast, client_for: Callable[..., Client]
) -> None:
    sam = client_for(cast.sam)
    for number in range(12):
        for policy in (Policy(care_amber=Action.HOLD), DEFAULT)[number % 2 :][:1]:
            screen_policies.change(
                programme=cast.programme,
                by=cast.sol.pk,
                tables={GROUP: policy},
                reason=f"Turn {number}.",
                seen=screen_policies.holding(cast.programme).seen,
            )
    assert "1 of 2" in words(sam.get(path(cast)))
    assert "Turn 0." in words(sam.get(f"{path(cast)}?page=2"))
    first = ScreenPolicy.objects.order_by("set_at").first()
    assert first is not None
    again = sam.get(f"{path(cast)}?from={first.pk}")
    assert "group_care_amber=hold" in checked(again)
    assert "Group rooms below are as Sol set them earlier. Nothing has changed yet" in words(again)
    assert screen_policies.holding(cast.programme).policies[GROUP] == DEFAULT
    for nonsense in ("1", str(uuid4()), "default"):
        assert "group_care_amber=flag" in checked(sam.get(f"{path(cast)}?from={nonsense}"))


def test_a_preview_says_what_would_have_become_of_what_was_decided(
    cast: Cast, client_for: Callable[..., Client]
) -> None:
    decided(cast, "ana", WISH, "dismiss")
    decided(cast, "ben", WISH, "hide")
    held = decided(cast, "eve", NUMBER, "dismiss")
    decided(cast, "gus", NUMBER, "dismiss")
    decided(cast, "cal", WISH, "dismiss", room=cast.cal_ivy)
    decided(cast, "ana", INSULT)
    before = AuditRow.objects.filter(verb="evidence.read").count()
    given = FORM | {"do": "preview", "group_care_amber": "hold", "group_contact_exchange": "flag", "reason": "Draft."}
    sam = client_for(cast.sam).post(path(cast), given)
    assert sam.status_code == 200
    said = words(sam)
    assert "2 now held and flagged would be shown and flagged: 2 dismissed." in said
    assert "2 now shown and flagged would be held and flagged: 1 dismissed, 1 acted on." in said
    assert "None of them would fare differently." in said
    assert "Case " not in said
    assert WISH not in said
    assert "group_care_amber=hold" in checked(sam)
    assert "Draft." in said
    assert not ScreenPolicy.objects.exists()
    row = AuditRow.objects.filter(verb="evidence.read").order_by("-at")[0]
    assert AuditRow.objects.filter(verb="evidence.read").count() == before + 1
    assert (row.actor_id, row.subject_id) == (cast.sam.pk, str(cast.programme.pk))
    assert row.detail == {"messages": 5, "purpose": "screen.preview"}
    sol = client_for(cast.sol).post(path(cast), given).content.decode()
    assert f'href="/desk/cases/{held.pk}/"' in sol


def test_a_preview_with_nothing_decided_yet_opens_nothing(cast: Cast, client_for: Callable[..., Client]) -> None:
    said = words(client_for(cast.sol).post(path(cast), FORM | {"do": "preview"}))
    assert said.count("so there is nothing to try it on yet") == 2
    assert not AuditRow.objects.filter(verb="evidence.read").exists()


def test_a_preview_with_an_error_says_the_error(cast: Cast, client_for: Callable[..., Client]) -> None:
    answer = client_for(cast.sol).post(path(cast), FORM | {"do": "preview", "group_care_amber": "page"})
    assert answer.status_code == 422
    assert MILDER in words(answer)
    assert "What this would have done" not in words(answer)


def tried(cast: Cast, policy: Policy) -> policy_preview.Preview:
    """The group rooms' preview."""
    holds = {GROUP: DEFAULT, PEER: DEFAULT}
    return policy_preview.preview(programme=cast.programme, holds=holds, tried=holds | {GROUP: policy}, by=cast.sol.pk)[
        0
    ]


def test_how_decisions_fell_counts_the_gravest_that_stands(cast: Cast) -> None:
    decided(cast, "ana", NUMBER, "release", "dismiss")
    case = decided(cast, "ben", WISH, "hide")
    hidden = Decision.objects.get(case=case, verb="hide")
    assert tried(cast, DEFAULT).rows[2][1].fell == {Fell.ACTED_ON: 1}
    Decision.objects.filter(pk=hidden.pk).update(reversed_at=clock.now())
    rows = {action: tally for action, tally, _ in tried(cast, DEFAULT).rows}
    assert rows[Action.FLAG].fell == {Fell.DISMISSED: 1}
    assert rows[Action.HOLD].fell == {Fell.RELEASED: 1}


def test_an_escalation_somebody_answered_is_acting_unless_nobody_was_at_risk(cast: Cast) -> None:
    decided(cast, "ana", "I want to die.", "dismiss")
    Escalation.objects.update(state="resolved", disposition="no_risk")
    assert tried(cast, DEFAULT).rows[1][1].fell == {Fell.DISMISSED: 1}
    Escalation.objects.update(disposition="spoke_safe")
    assert tried(cast, DEFAULT).rows[1][1].fell == {Fell.ACTED_ON: 1}


def test_a_message_counts_once_staff_are_not_held_and_what_is_old_elsewhere_or_unreadable_is_left_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = decided(cast, "ana", f"{WISH} {NUMBER}", "dismiss")
    decided(cast, "fay", WISH, "dismiss")
    gone = decided(cast, "ben", WISH, "dismiss")
    old = decided(cast, "eve", WISH, "dismiss")
    assert Case.objects.filter(message=both.message).count() == 2
    Case.objects.filter(pk=old.pk).update(closed_at=clock.now() - policy_preview.LOOK_BACK * 1.01)
    sealing.destroy(sealing.case(gone.pk))
    found = tried(cast, Policy(care_amber=Action.HOLD))
    assert (found.looked_at, found.unreadable) == (2, 1)
    rows = {action: (holds.count, then.count) for action, holds, then in found.rows}
    assert rows == {Action.PUBLISH: (0, 0), Action.FLAG: (1, 1), Action.HOLD: (1, 1), Action.PAGE: (0, 0)}
    monkeypatch.setattr(policy_preview, "AT_MOST", 1)
    assert tried(cast, DEFAULT).looked_at + tried(cast, DEFAULT).unreadable == 1


def test_a_message_that_waits_is_not_decided(cast: Cast) -> None:
    decided(cast, "ana", WISH)
    assert Message.objects.exists()
    assert tried(cast, DEFAULT).looked_at == 0


def test_the_clinics_own_number_is_no_contact_in_a_preview_either(cast: Cast) -> None:
    decided(cast, "ana", "617-555-0142", "dismiss")
    rows = {action: then.count for action, _, then in tried(cast, DEFAULT).rows}
    assert rows[Action.HOLD] == 1
    Programme.objects.filter(pk=cast.programme.pk).update(phone="(617) 555-0142")
    policy_in_force.forget(cast.programme.pk)
    rows = {action: then.count for action, _, then in tried(cast, DEFAULT).rows}
    assert (rows[Action.HOLD], rows[Action.PUBLISH]) == (0, 1)
