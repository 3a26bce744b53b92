"""What each role may do, on one screen. A role is held in a scope (a cohort or a programme); none sees everything."""

from enum import StrEnum

from django.db import models


class Role(models.TextChoices):
    """The roles of product.md section 2."""

    PARTICIPANT = "participant"
    FACILITATOR = "facilitator"
    CO_FACILITATOR = "co_facilitator", "co-facilitator"
    MODERATOR = "moderator"
    CLINICIAN = "clinician"
    SUPERVISOR = "supervisor"
    ADMISSIONS = "admissions"
    ADMIN = "admin", "programme admin"
    PRIVACY = "privacy", "privacy officer"


class Permission(StrEnum):
    """Named `noun.verb`; keep the list in alphabetical order."""

    AUDIT_READ = "audit.read"
    CASE_DECIDE = "case.decide"
    CASE_READ = "case.read"
    COHORT_MANAGE = "cohort.manage"
    COHORT_OVERRIDE = "cohort.override"
    ESCALATION_ACKNOWLEDGE = "escalation.acknowledge"
    ESCALATION_READ = "escalation.read"
    ESCALATION_RESOLVE = "escalation.resolve"
    HELP_ASK = "help.ask"
    IDENTITY_READ = "identity.read"
    MESSAGE_REPORT = "message.report"
    ON_CALL_MANAGE = "on_call.manage"
    PEER_CONNECT = "peer.connect"
    PEOPLE_ENROL = "people.enrol"
    PEOPLE_RESET = "people.reset"
    ROOM_POST = "room.post"
    ROOM_READ = "room.read"
    SCREEN_MANAGE = "screen.manage"
    SESSION_LEAD = "session.lead"
    SESSION_READ = "session.read"
    STAFF_INVITE = "staff.invite"
    STAFF_LINE = "staff.line"


P = Permission
_PRESENT = {P.ROOM_READ, P.ROOM_POST, P.SESSION_READ, P.MESSAGE_REPORT}
_LEADS = _PRESENT | {P.SESSION_LEAD, P.STAFF_LINE, P.ESCALATION_READ, P.IDENTITY_READ, P.PEOPLE_RESET}

ROLE_GRANTS: dict[Role, frozenset[Permission]] = {
    Role.PARTICIPANT: frozenset(_PRESENT | {P.PEER_CONNECT, P.HELP_ASK}),
    Role.FACILITATOR: frozenset(_LEADS),
    Role.CO_FACILITATOR: frozenset(_LEADS),
    Role.MODERATOR: frozenset({P.CASE_READ, P.CASE_DECIDE}),
    Role.CLINICIAN: frozenset(
        {
            P.CASE_READ,
            P.CASE_DECIDE,
            P.ESCALATION_READ,
            P.ESCALATION_ACKNOWLEDGE,
            P.ESCALATION_RESOLVE,
            P.IDENTITY_READ,
            P.PEOPLE_ENROL,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            P.CASE_READ,
            P.CASE_DECIDE,
            P.COHORT_OVERRIDE,
            P.ESCALATION_READ,
            P.ESCALATION_ACKNOWLEDGE,
            P.ON_CALL_MANAGE,
            P.SCREEN_MANAGE,
            P.IDENTITY_READ,
            P.PEOPLE_RESET,
        }
    ),
    Role.ADMISSIONS: frozenset({P.PEOPLE_ENROL, P.IDENTITY_READ, P.PEOPLE_RESET}),
    Role.ADMIN: frozenset({P.COHORT_MANAGE, P.SCREEN_MANAGE, P.STAFF_INVITE, P.PEOPLE_RESET}),
    Role.PRIVACY: frozenset({P.AUDIT_READ}),
}
"""Every role and what it may do within its scope. The role matrix test holds pages and commands to it."""

STAFF_ROLES = frozenset(Role) - {Role.PARTICIPANT}
