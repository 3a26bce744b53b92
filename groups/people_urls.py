"""Addresses of admission, of people as staff see them, and of invitations. They belong to the namespace `groups`."""

from django.urls import URLPattern, path

from groups.views import admission, invitations, programme, resets

HERE = "staff/people/<uuid:person_id>/"

urlpatterns: list[URLPattern] = [
    path("staff/people/", admission.people, name="admissions"),
    path("staff/people/admit/", admission.admit, name="admit"),
    path(HERE, admission.person, name="person"),
    path(f"{HERE}assess/", admission.assess, name="assess"),
    path(f"{HERE}step/", admission.step, name="step"),
    path(f"{HERE}invite/", admission.invite_again, name="person_invite"),
    path(f"{HERE}discharge/<uuid:cohort_id>/", admission.discharge, name="discharge"),
    path(f"{HERE}reset/", resets.participant, name="person_reset"),
    path("staff/roles/<uuid:grant_id>/reset/", resets.staff, name="staff_reset"),
    path("staff/invitations/", invitations.page, name="invitations"),
    path("staff/invitations/<uuid:invitation_id>/revoke/", invitations.revoke, name="invitation_revoke"),
    path("staff/programs/", programme.programmes, name="programmes"),
    path("staff/programs/<uuid:programme_id>/", programme.page, name="programme"),
    path("staff/programs/<uuid:programme_id>/groups/new/", programme.new_cohort, name="cohort_new"),
    path("staff/groups/<uuid:cohort_id>/", programme.cohort, name="cohort"),
    path("staff/groups/<uuid:cohort_id>/times/", programme.add_time, name="time_add"),
    path("staff/times/<uuid:slot_id>/end/", programme.end_time, name="time_end"),
    path("staff/roles/<uuid:grant_id>/end/", programme.end_role, name="role_end"),
]
