"""Addresses of rooms, and the whole of the namespace `groups`."""

from django.urls import URLPattern, URLResolver, include, path

from groups.views import home, people, rooms

app_name = "groups"
HERE = "rooms/<uuid:room_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("home/", home.home, name="home"),
    path(HERE, rooms.room, name="room"),
    path(f"{HERE}messages/", rooms.post, name="room_post"),
    path(f"{HERE}state/", rooms.state, name="room_state"),
    path(f"{HERE}history/", rooms.history, name="room_history"),
    path(f"{HERE}log", rooms.room_log, name="room_log"),
    path("messages/<uuid:message_id>/withdraw/", rooms.withdraw, name="withdraw"),
    path("people/", people.people, name="people"),
    path("people/<uuid:cohort_id>/<uuid:person_id>/invite/", people.invite, name="peer_invite"),
    path("people/<uuid:person_id>/unblock/", people.unblock, name="peer_unblock"),
    path("invitations/<uuid:connection_id>/answer/", people.answer, name="peer_answer"),
    path(f"{HERE}end/", people.end, name="peer_end"),
    path("", include("groups.session_urls")),
    path("", include("groups.people_urls")),
]
