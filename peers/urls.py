"""Addresses of a person's own account, beside allauth's."""

from django.urls import URLPattern, path

from peers.views import invitation, profile

app_name = "peers"

urlpatterns: list[URLPattern] = [
    path("join/<str:token>/", invitation.accept, name="accept"),
    path("profile/", profile.profile, name="profile"),
    path("profile/sign-out-everywhere/", profile.sign_out_everywhere, name="sign_out_everywhere"),
]
