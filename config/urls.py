"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from config import views
from config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("healthz", healthz, name="healthz"),
    path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
    path("accounts/", include("allauth.urls")),
    path("", include("peers.urls")),
    path("", include("groups.urls")),
    path("", include("moderation.urls")),
]

handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.broken"
