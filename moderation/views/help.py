"""I need help: on every participant page, with or without a script, in or out of a session."""

from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from groups.access import cohorts_of, cohorts_with, group_room
from groups.models import Session
from moderation.models import Case, Escalation, Flag, Lane, OnCall, Severity
from moderation.screening.engine import read
from moderation.services.flags import flag, live_session
from moderation.targets import NAMES, page_after, target
from peers.permissions import Permission
from peers.requests import SignedIn
from records.clock import now


class HelpForm(forms.Form):
    """What is happening, if one wants to say."""

    words = forms.CharField(
        label="What is happening", required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4})
    )


@never_cache
@require_http_methods(["GET", "POST"])
def help_page(request: SignedIn) -> HttpResponse:
    """Ask for help: red, in the care lane, escalated at once; the answer says who looks and by when."""
    cohorts = cohorts_of(request.user)
    if not cohorts:
        if (
            cohorts_with(request.user, Permission.CASE_READ).exists()
            or cohorts_with(request.user, Permission.SESSION_LEAD).exists()
        ):
            raise PermissionDenied(
                "This is for the people in treatment. Call your supervisor if you need help with one."
            )
        return render(request, "moderation/help.html", {"form": None})
    form = HelpForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        cohort = next((one for one in cohorts if live_session(one)), cohorts[0])
        words = form.cleaned_data["words"]
        reading = read(words)
        severity = max(Severity.RED, NAMES[reading.severity])
        made = flag(
            source=Flag.Source.SELF,
            lane=Lane.CARE,
            reason="help",
            severity=severity,
            subject_kind=Case.Subject.PERSON,
            subject_id=request.user.pk,
            cohort=cohort,
            room=group_room(cohort),
            person=request.user,
            findings=reading.findings,
            text=words,
            cid=request.POST.get("cid", "")[:64],
            kind=Escalation.Kind.HELP,
        )
        session = live_session(cohort)
        return render(request, "moderation/help_done.html", _answer(made, session, cohort.programme_id))
    return render(request, "moderation/help.html", {"form": form, "cid": str(uuid4())})


def _answer(made: Flag, session: Session | None, programme_id: UUID) -> dict[str, object]:
    at = now()
    shifts = OnCall.objects.filter(programme=programme_id, starts_at__lte=at, ends_at__gt=at).select_related("person")
    clinician = shifts.order_by("rung", "starts_at").first()
    return {
        "clinician": clinician.person.display_name if clinician else "",
        "lead": (session.leading or session.lead).display_name if session else "",
        "by": at + target(made.severity, live=session is not None),
        "next_by": at + page_after(made.severity, live=session is not None),
    }
