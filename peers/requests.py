"""The type of a request to a page that needs a sign-in, which is every page not marked otherwise."""

from django.http import HttpRequest

from peers.models import User


class SignedIn(HttpRequest):
    """`LoginRequiredMiddleware` has let it through: `user` is a person."""

    user: User
