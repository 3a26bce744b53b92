"""A room's page, its messages as a plain form, its log and its history."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from groups import room_page
from groups.access import access_room
from groups.commands import turned_away
from groups.errors import Refused
from groups.models import Message
from groups.room_page import uuid_of
from groups.services import messages, posting, reading
from live import log
from live.events import VERSION
from peers.permissions import Permission
from peers.requests import SignedIn

CID_LENGTH = 64
STORAGE_DOWN = "We can't keep this right now. Your words are still here; send them again in a moment."


@require_GET
@never_cache
def room(request: SignedIn, room_id: UUID) -> HttpResponse:
    """The room: its newest messages, who leads, and the composer in the state this person stands in."""
    access = access_room(request.user, room_id, Permission.ROOM_READ)
    reply_to = uuid_of(request.GET.get("reply_to"))
    return render(request, "groups/room.html", room_page.context(request.user, access) | {"reply_to": reply_to})


@require_GET
@never_cache
def state(request: SignedIn, room_id: UUID) -> HttpResponse:
    """The parts of the page a change of phase or turn redraws; the draft is not among them."""
    access = access_room(request.user, room_id, Permission.ROOM_READ)
    return render(request, "groups/_room_state.html", room_page.standing_context(request.user, access))


@require_GET
@never_cache
def history(request: SignedIn, room_id: UUID) -> HttpResponse:
    """An older page of messages, as a fragment or, without a script, as the page itself."""
    access = access_room(request.user, room_id, Permission.ROOM_READ)
    before = _number(request.GET.get("before"))
    if request.headers.get("X-Fragment") != "1":
        return render(request, "groups/room.html", room_page.context(request.user, access, before=before))
    page = room_page.shown(request.user, access, before)
    return render(request, "groups/_history.html", {"access": access, "page": page})


@require_GET
@never_cache
def room_log(request: SignedIn, room_id: UUID) -> JsonResponse:
    """`{"events": […], "head": n}`: what the members were told after `after`, as on the socket."""
    try:
        access = access_room(request.user, room_id, Permission.ROOM_READ)
    except (Http404, PermissionDenied) as away:
        refusal = turned_away(away)
        return JsonResponse({"code": refusal.code, "reason": refusal.reason}, status=_status(refusal.code))
    events = log.page(access.room.topic, _number(request.GET.get("after")) or 0)
    if events:
        reading.note_page(request.user.pk, access.room, events[0]["seq"], events[-1]["seq"])
    return JsonResponse({"events": events, "head": log.head(access.room.topic)})


@require_POST
def post(request: SignedIn, room_id: UUID) -> HttpResponse:
    """The same post by a plain form; with `Accept: application/json` the socket's own answer."""
    cid = request.POST.get("cid") or str(uuid4())
    text, reply_to = request.POST.get("text", ""), uuid_of(request.POST.get("reply_to"))
    answer: dict[str, Any] = {"v": VERSION, "ack": cid}
    try:
        if len(cid) > CID_LENGTH or not cid.isprintable():
            raise Refused("bad_frame", f"A client id has 1 to {CID_LENGTH} characters.")
        receipt = posting.post(person_id=request.user.pk, room_id=room_id, cid=cid, text=text, reply_to=reply_to)
        answer |= {"ok": True, "id": str(receipt.message_id), "state": receipt.state, "seq": receipt.seq}
        status = 200
    except Refused as refused:
        answer |= {"ok": False, "code": refused.code, "reason": refused.reason}
        status = _status(refused.code)
    except DatabaseError:
        answer |= {"ok": False, "code": "storage_down", "reason": STORAGE_DOWN}
        status = 503
    except (Http404, PermissionDenied) as away:
        if "application/json" not in request.headers.get("Accept", ""):
            raise
        refusal = turned_away(away)
        answer |= {"ok": False, "code": refusal.code, "reason": refusal.reason}
        status = _status(refusal.code)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(answer, status=status)
    if answer["ok"]:
        return redirect(f"{reverse('groups:room', args=[room_id])}#newest")
    access = access_room(request.user, room_id, Permission.ROOM_READ)
    context = room_page.context(request.user, access) | {"draft": text, "refused": answer["reason"], "cid": cid}
    return render(request, "groups/room.html", context, status=status)


@require_POST
def withdraw(request: SignedIn, message_id: UUID) -> HttpResponse:
    """Take back one's own message by a plain form."""
    message = Message.objects.filter(pk=message_id, author=request.user.pk).first()
    if message is None:
        raise Http404
    try:
        messages.withdraw(person_id=request.user.pk, message_id=message_id)
        flash.success(request, "You took your message back. The group does not see it any more.")
    except Refused as refused:
        flash.error(request, refused.reason)
    return redirect("groups:room", message.room_id)


def _status(code: str) -> int:
    return {"not_found": 404, "former_member": 403, "not_allowed": 403, "rate": 429, "storage_down": 503}.get(code, 409)


def _number(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 19 else None
