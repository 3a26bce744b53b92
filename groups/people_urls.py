"""Addresses of admission, of people as staff see them, and of invitations. They belong to the namespace `groups`."""

from django.urls import URLPattern, path

from groups.views import admission, cohorts, invitations, places, programme, resets

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
    path("staff/programs/<uuid:programme_id>/groups/new/", cohorts.new_cohort, name="cohort_new"),
    path("staff/groups/<uuid:cohort_id>/", cohorts.cohort, name="cohort"),
    path("staff/groups/<uuid:cohort_id>/times/", cohorts.add_time, name="time_add"),
    path("staff/groups/<uuid:cohort_id>/end/", cohorts.end, name="cohort_end"),
    path("staff/places/", places.page, name="places"),
    path("staff/places/<uuid:cohort_id>/", places.allow, name="places_allow"),
    path("staff/times/<uuid:slot_id>/end/", cohorts.end_time, name="time_end"),
    path("staff/roles/<uuid:grant_id>/end/", programme.end_role, name="role_end"),
]
