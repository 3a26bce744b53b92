"""Addresses of admission, of people as staff see them, and of invitations. They belong to the namespace `groups`."""

from django.urls import URLPattern, path

from groups.views import admission, invitations

HERE = "staff/people/<uuid:person_id>/"

urlpatterns: list[URLPattern] = [
    path("staff/people/", admission.people, name="admissions"),
    path("staff/people/admit/", admission.admit, name="admit"),
    path(HERE, admission.person, name="person"),
    path(f"{HERE}assess/", admission.assess, name="assess"),
    path(f"{HERE}step/", admission.step, name="step"),
    path(f"{HERE}invite/", admission.invite_again, name="person_invite"),
    path(f"{HERE}discharge/<uuid:cohort_id>/", admission.discharge, name="discharge"),
    path("staff/invitations/", invitations.page, name="invitations"),
    path("staff/invitations/<uuid:invitation_id>/revoke/", invitations.revoke, name="invitation_revoke"),
]
