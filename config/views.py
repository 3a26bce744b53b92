"""The public page, and the demo's one-press sign-in."""

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from config.demo.cast import DOMAIN


@login_not_required
@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    """What this is, whom to call, where to sign in."""
    return render(request, "landing.html")


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the cast; there in demo mode only."""
    email = request.POST.get("email", "")
    person = get_user_model().objects.filter(email=email).first() if email.endswith(f"@{DOMAIN}") else None
    if not settings.DEMO or person is None:
        raise Http404
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect(settings.LOGIN_REDIRECT_URL)
