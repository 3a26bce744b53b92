"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from groups import session_urls

# One namespace has one list: Django finds names only in the first include of a namespace.
GROUPS: list[URLPattern] = [*session_urls.urlpatterns]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("", include((GROUPS, "groups"))),
]

handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.broken"
