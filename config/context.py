"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The crisis line, the telephone and the way out, for every template."""
    return {
        "crisis_line": settings.CRISIS_LINE,
        "emergency_number": settings.EMERGENCY_NUMBER,
        "quick_exit_url": settings.QUICK_EXIT_URL,
        "site_phone": settings.SITE_PHONE,
        "site_hours": settings.SITE_HOURS,
        "demo": settings.DEMO,
    }
