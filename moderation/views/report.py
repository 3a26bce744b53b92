"""Reporting a message, and the word that comes back to people."""

from uuid import UUID, uuid4

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from groups.access import access_room
from groups.models import Message
from moderation.models import Case, Escalation, Flag, Lane
from moderation.reasons import BY_CODE, REPORTABLE
from moderation.services import notices
from moderation.services.flags import flag, live_session
from moderation.targets import target
from peers.permissions import Permission
from peers.requests import SignedIn
from records.clock import now


class ReportForm(forms.Form):
    """Why, and anything the reporter wants to add."""

    reason = forms.ChoiceField(
        label="What is it?",
        widget=forms.RadioSelect,
        choices=[(reason.code, reason.words) for reason in REPORTABLE],
        error_messages={"required": "Choose what fits best."},
    )
    note = forms.CharField(
        label="Anything we should know", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


@require_http_methods(["GET", "POST"])
def report(request: SignedIn, message_id: UUID) -> HttpResponse:
    """Two lanes, one button: a worry about somebody, or something that should not be here."""
    message = get_object_or_404(Message.objects.select_related("room__cohort__programme", "author"), pk=message_id)
    access = access_room(request.user, message.room_id, Permission.MESSAGE_REPORT)
    if message.seq is None or message.author_id == request.user.pk:
        raise Http404
    form = ReportForm(request.POST if request.method == "POST" else None)
    fragment = request.headers.get("X-Fragment") == "1"
    context = {
        "form": form,
        "message": message,
        "room": access.room,
        "care": [r for r in REPORTABLE if r.lane == Lane.CARE],
    }
    page = "base_staff.html" if access.is_staff else "base_participant.html"
    context["base"] = "moderation/report_base_fragment.html" if fragment else page
    if request.method == "POST" and form.is_valid():
        reason = BY_CODE[form.cleaned_data["reason"]]
        made = flag(
            source=Flag.Source.FACILITATOR if access.is_staff else Flag.Source.MEMBER,
            lane=reason.lane,
            reason=reason.code,
            severity=reason.severity,
            subject_kind=Case.Subject.MESSAGE,
            subject_id=message.pk,
            cohort=message.room.cohort,
            room=message.room,
            message=message,
            person=message.author,
            reporter=request.user,
            note=form.cleaned_data["note"],
            kind=Escalation.Kind.CONCERN,
            cid=request.POST.get("cid", "")[:64],
        )
        by = now() + target(made.severity, live=live_session(message.room.cohort) is not None)
        return render(
            request, "moderation/report_done.html", context | {"lane": reason.lane, "by": by, "severity": made.severity}
        )
    return render(request, "moderation/report.html", context | {"cid": request.POST.get("cid") or str(uuid4())})


@require_GET
def notices_part(request: SignedIn) -> HttpResponse:
    """What the reader is to be told, on their home."""
    return render(request, "moderation/_notices.html", {"notices": notices.unread(request.user)})


@require_POST
def put_away(request: SignedIn, notice_id: UUID) -> HttpResponse:
    """The reader has read it."""
    notices.put_away(request.user, notice_id)
    return redirect("groups:home")
