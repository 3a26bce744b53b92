"""Addresses of the desk, of escalations, of the screening policy, and of asking for help."""

from django.urls import URLPattern, path

from moderation.views import desk, escalations, held, help, on_call, report, screening  # noqa: A004  (the page is called help)

app_name = "moderation"

urlpatterns: list[URLPattern] = [
    path("desk/", desk.desk, name="desk"),
    path("desk/queue/", desk.queue_part, name="queue"),
    path("desk/cases/<uuid:case_id>/", desk.case, name="case"),
    path("desk/cases/<uuid:case_id>/act/", desk.act, name="case_act"),
    path("desk/cases/<uuid:case_id>/identify/", desk.identify, name="identify"),
    path("desk/held/<uuid:session_id>/", held.held, name="held"),
    path("desk/held/<uuid:session_id>/brief/", held.brief, name="held_brief"),
    path("escalations/", escalations.index, name="escalations"),
    path("escalations/open/", escalations.list_part, name="escalations_open"),
    path("escalations/<uuid:escalation_id>/", escalations.escalation, name="escalation"),
    path("escalations/<uuid:escalation_id>/act/", escalations.act, name="escalation_act"),
    path("on-call/", on_call.page, name="on_call"),
    path("on-call/<uuid:shift_id>/end/", on_call.end, name="on_call_end"),
    path("screening/", screening.index, name="screenings"),
    path("screening/<uuid:programme_id>/", screening.page, name="screening"),
    path("help/", help.help_page, name="help"),
    path("messages/<uuid:message_id>/report/", report.report, name="report"),
    path("notices/", report.notices_part, name="notices"),
    path("notices/<uuid:notice_id>/", report.put_away, name="put_away"),
]
