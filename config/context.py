"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from config.demo.cast import DOMAIN
from config.navigation import staff_nav
from peers.models import User


def site(request: HttpRequest) -> dict[str, Any]:
    """The crisis line, the telephone, the way out, and where staff may go; nothing that could fail an error page."""
    return {
        "crisis_line": settings.CRISIS_LINE,
        "emergency_number": settings.EMERGENCY_NUMBER,
        "quick_exit_url": settings.QUICK_EXIT_URL,
        "site_phone": settings.SITE_PHONE,
        "site_hours": settings.SITE_HOURS,
        "staff_nav": SimpleLazyObject(lambda: staff_nav(request)),
        "demo_accounts": SimpleLazyObject(_demo_accounts),
    }


def _demo_accounts() -> list[dict[str, str]]:
    if not settings.DEMO:
        return []
    people = User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).prefetch_related("grants")
    return [
        {
            "email": person.email,
            "name": person.display_name,
            "role": next((grant.get_role_display() for grant in person.grants.all()), "participant"),
        }
        for person in people.order_by("created_at", "email")
    ]
