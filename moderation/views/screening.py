"""A programme's screening policy: what is shown, flagged, held and paged; tried on its own past before it is saved."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from groups.errors import Refused
from groups.models import Programme
from groups.people_access import access_programme, programmes_with, require_any
from groups.room_page import uuid_of
from moderation.models import ScreenPolicy
from moderation.screening.policy import DEFAULT, kept
from moderation.services import policy_preview, screen_policies
from moderation.services.screen_policies import KINDS, Holding, Tables
from moderation.views.policy_form import PolicyForm
from moderation.views.policy_said import history_said, preview_said
from moderation.views.policy_words import KINDS as KIND_WORDS
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services.roles import allows


@require_GET
def index(request: SignedIn) -> HttpResponse:
    """The programmes whose policy the reader may set; straight to it where there is one."""
    require_any(request.user, Permission.SCREEN_MANAGE)
    found = list(programmes_with(request.user, Permission.SCREEN_MANAGE))
    if len(found) == 1:
        return redirect("moderation:screening", found[0].pk)
    return render(request, "moderation/screenings.html", {"programmes": found})


@never_cache
@require_http_methods(["GET", "POST"])
def page(request: SignedIn, programme_id: UUID) -> HttpResponse:
    """The policy as a form, what it would have done, and how it came to be."""
    access = access_programme(request.user, programme_id, Permission.SCREEN_MANAGE)
    programme = access.programme
    holding = screen_policies.holding(programme)
    start, taken_up = _start(request, programme, holding)
    form = PolicyForm(request.POST if request.method == "POST" else None, holds=holding.policies, start=start)
    tried: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        if form.trying:
            found = policy_preview.preview(
                programme=programme, holds=holding.policies, tried=form.policies, by=request.user.pk
            )
            tried = preview_said(found, request.user)
        elif _saved(request, programme, form):
            return redirect("moderation:screening", programme.pk)
        else:
            holding = screen_policies.holding(programme)
            form.holds = holding.policies
    context = {
        "programme": programme,
        "form": form,
        "seen": holding.seen,
        "taken_up": taken_up,
        "is_default": all(policy == DEFAULT for policy in holding.policies.values()),
        "tried": tried,
        "arranges": allows(access.roles, Permission.COHORT_MANAGE),
        **history_said(programme, request.GET.get("page")),
    }
    return render(request, "moderation/screening.html", context, status=422 if form.errors else 200)


def _saved(request: SignedIn, programme: Programme, form: PolicyForm) -> bool:
    try:
        made = screen_policies.change(
            programme=programme,
            by=request.user.pk,
            tables=form.policies,
            reason=form.cleaned_data["reason"],
            seen=request.POST.get("seen", ""),
        )
    except Refused as refused:
        more = " What you chose is still below, beside what holds now. Save again if you still want it."
        form.add_error(None, refused.reason + (more if refused.code == "changed" else ""))
        return False
    rooms = " and ".join(KIND_WORDS[ScreenPolicy.RoomKind(one.room_kind)].lower() for one in made)
    flash.success(
        request,
        f"Saved for {rooms}. Every message written from now on goes by it. What is held already stays held until "
        "somebody decides.",
    )
    return True


def _start(request: SignedIn, programme: Programme, holding: Holding) -> tuple[Tables, str]:
    """What an empty form begins with: what holds, or an earlier setting that is taken up again, and which."""
    wanted = request.GET.get("from", "")
    if wanted == "default":
        return dict.fromkeys(KINDS, DEFAULT), "The choices below are the ones this site came with."
    row = screen_policies.history(programme).filter(pk=uuid_of(wanted) or UUID(int=0)).first()
    if row is None:
        return holding.policies, ""
    kind = ScreenPolicy.RoomKind(row.room_kind)
    said = f"{KIND_WORDS[kind]} below are as {row.set_by.display_name} set them earlier."
    return dict(holding.policies) | {kind: kept(row.table)}, said
