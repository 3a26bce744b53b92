"""Addresses of a person's own account, beside allauth's."""

from django.urls import URLPattern, path

from peers.views import profile

app_name = "peers"

urlpatterns: list[URLPattern] = [
    path("profile/", profile.profile, name="profile"),
    path("profile/sign-out-everywhere/", profile.sign_out_everywhere, name="sign_out_everywhere"),
]
