"""The members of one's cohort: inviting one to write, answering, ending, blocking."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups.access import access_cohort, access_room, cohorts_of, present_members
from groups.models import Room
from groups.services.connections import invitations_for, peers_of
from peers.permissions import Permission
from peers.requests import SignedIn
from peers.services import connections


@require_GET
def people(request: SignedIn) -> HttpResponse:
    """Everybody in one's cohorts, and what there is between the reader and each."""
    groups = [
        (cohort, peers_of(request.user, cohort, list(present_members(cohort)))) for cohort in cohorts_of(request.user)
    ]
    return render(request, "groups/people.html", {"groups": groups, "invitations": invitations_for(request.user.pk)})


@require_POST
def invite(request: SignedIn, cohort_id: UUID, person_id: UUID) -> HttpResponse:
    """Invite a member of the same cohort to write."""
    access = access_cohort(request.user, cohort_id, Permission.PEER_CONNECT)
    other = present_members(access.cohort).filter(pk=person_id).first()
    if other is None:
        raise Http404
    connections.invite(scope=access.cohort.pk, inviter=request.user.pk, invitee=other.pk)
    flash.success(request, f"Your invitation is on its way to {other.display_name}. They answer if and when they like.")
    return redirect("groups:people")


@require_POST
def answer(request: SignedIn, connection_id: UUID) -> HttpResponse:
    """Accept an invitation, or decline it without a word."""
    accept = request.POST.get("answer") == "accept"
    found = connections.answer(connection_id=connection_id, person_id=request.user.pk, accept=accept)
    if found is None:
        flash.error(request, "This invitation is not open any more.")
        return redirect("groups:people")
    if accept:
        return redirect("groups:room", Room.objects.get(connection_id=found.pk).pk)
    flash.success(request, "Declined. They are not told.")
    return redirect("groups:people")


@require_http_methods(["GET", "POST"])
def end(request: SignedIn, room_id: UUID) -> HttpResponse:
    """End a conversation, or end it and block the other. Neither says who did."""
    access = access_room(request.user, room_id, Permission.PEER_CONNECT)
    room = access.room
    other = room.people.exclude(person=request.user.pk).select_related("person").first()
    if room.kind != Room.Kind.PEER or room.connection_id is None or other is None:
        raise Http404
    if request.method == "GET":
        return render(request, "groups/peer_end.html", {"room": room, "other": other.person})
    if request.POST.get("what") == "block":
        connections.block(person_id=request.user.pk, other_id=other.person_id)
        flash.success(request, "Blocked. The conversation is over, and nobody is told by whom.")
    else:
        connections.end(connection_id=room.connection_id, by=request.user.pk)
        flash.success(request, "The conversation is over. Nobody is told by whom.")
    return redirect("groups:people")


@require_POST
def unblock(request: SignedIn, person_id: UUID) -> HttpResponse:
    """Take a block back."""
    connections.lift_block(person_id=request.user.pk, other_id=person_id)
    flash.success(request, "The block is lifted. Nothing opens again by itself.")
    return redirect("groups:people")
