"""Addresses of a session: its page, its actions, its attendance, its place in the schedule.

They belong to the namespace `groups`, which `config/urls.py` puts together.
"""

from django.urls import URLPattern, path

from groups.session_actions import ACTIONS
from groups.views import attendance, scheduling, sessions

HERE = "sessions/<uuid:session_id>/"

urlpatterns: list[URLPattern] = [
    path(HERE, sessions.session, name="session"),
    path(f"{HERE}side/", sessions.side, name="session_side"),
    path(f"{HERE}end/", sessions.end, name="session_end"),
    path(f"{HERE}attendance/", attendance.page, name="attendance"),
    path(f"{HERE}attendance.csv", attendance.sheet, name="attendance_csv"),
    path(f"{HERE}schedule/", scheduling.page, name="session_schedule"),
    *(
        path(f"{HERE}{name.replace('_', '-')}/", sessions.act, {"name": name}, name=f"session_{name}")
        for name in ACTIONS
    ),
]
