"""The reader's own clock: every page is rendered in the zone of the person who reads it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from groups.models import Programme

Respond = Callable[[HttpRequest], HttpResponse]


def reader_zone(respond: Respond) -> Respond:
    """Activate the person's zone, else their programme's."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = request.user.timezone if request.user.is_authenticated else ""
        if request.user.is_authenticated and not name:
            name = Programme.objects.values_list("timezone", flat=True).first() or "UTC"
        try:
            zone = ZoneInfo(name or "UTC")
        except (ZoneInfoNotFoundError, ValueError):
            zone = ZoneInfo("UTC")
        with timezone.override(zone):
            return respond(request)

    return middleware
