"""`/healthz`: whether the site can do its work, without any private detail."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from live import bus
from moderation.worker import LATE_SECONDS, lateness


@login_not_required
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database, the bus and the worker answer; else 503. For load balancers and `make run`."""
    checks = {"database": "ok", "bus": "ok" if bus.healthy() else "away", "worker": "ok"}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        late = lateness()
        if late is None or late > LATE_SECONDS:
            checks["worker"] = "late"
    except DatabaseError:
        checks |= {"database": "away", "worker": "unknown"}
    fine = set(checks.values()) == {"ok"}
    return JsonResponse({"status": "ok" if fine else "failing", "checks": checks}, status=200 if fine else 503)
