"""Which decision is whose: one pure function. The desk greys a verb out with the words the service refuses with."""

from dataclasses import dataclass

from moderation.models import Decision, Lane, Severity
from peers.permissions import Permission, Role
from peers.services.roles import allows

Verb = Decision.Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What deciding depends on."""

    lane: str
    severity: int
    open: bool
    message_state: str
    """State of the message it is about; empty for a case without one."""
    live: bool
    """Whether the room's session is live."""
    escalated: bool


def can(verb: str, matter: Matter, roles: frozenset[Role]) -> str:
    """Why somebody with these roles may not; empty if they may."""
    clinician = Role.CLINICIAN in roles
    decides = allows(roles, Permission.CASE_DECIDE)
    leads = allows(roles, Permission.SESSION_LEAD)
    grave_care = matter.lane == Lane.CARE and matter.severity >= Severity.RED
    if not matter.open and verb not in (Verb.RESTORE, Verb.HIDE):
        return "This case is closed."
    match verb:
        case Verb.RELEASE:
            return _release(matter, clinician=clinician, decides=decides, leads=leads)
        case Verb.HIDE:
            return _needs(matter.message_state == "published", "The group is not seeing it.") or _needs(
                decides or leads, "A moderator hides."
            )
        case Verb.RESTORE:
            return _needs(matter.message_state == "hidden", "It is not hidden.") or _needs(
                decides, "A moderator restores."
            )
        case Verb.ESCALATE:
            return _needs(not matter.escalated, "It is escalated already.") or _needs(
                matter.lane == Lane.CARE, "Conduct is not escalated; report a worry about the person instead."
            )
        case Verb.DISMISS | Verb.CLOSE:
            if grave_care and not clinician:
                return "A clinician closes red and crisis in the care lane."
            return _needs(decides, "A moderator closes.")
    return "There is no such decision."


def _release(matter: Matter, *, clinician: bool, decides: bool, leads: bool) -> str:
    if matter.message_state != "held":
        return "It is not held."
    if matter.severity >= Severity.CRISIS and matter.lane == Lane.CARE:
        return _needs(clinician, "A crisis is released by a clinician only.")
    if matter.live:
        return _needs(leads or clinician, "The lead and co-lead decide in a live room.")
    if matter.lane == Lane.CARE and matter.severity >= Severity.RED:
        return _needs(clinician, "A clinician releases red in the care lane.")
    return _needs(decides, "A moderator releases.")


def _needs(kept: bool, otherwise: str) -> str:
    return "" if kept else otherwise


def needs_reason(verb: str) -> bool:
    """Whether the decision is not taken without a reason."""
    return verb in (Verb.RELEASE, Verb.HIDE, Verb.DISMISS, Verb.CLOSE)
