"""Where people meet: programme, cohort, room, session, message, attendance."""

from groups.models.attendance import AttendanceCorrection, PresenceSpan
from groups.models.cohort import Cohort, Membership, PlacesAllowed, ScheduleSlot
from groups.models.mark import Mark
from groups.models.message import Message, ReadMark
from groups.models.programme import Programme, ProgrammeLevel
from groups.models.room import Room, RoomPerson
from groups.models.session import Farewell, Hand, RefusedSession, Session, Turn

__all__ = [
    "AttendanceCorrection",
    "Cohort",
    "Farewell",
    "Hand",
    "Mark",
    "Membership",
    "Message",
    "PlacesAllowed",
    "PresenceSpan",
    "Programme",
    "ProgrammeLevel",
    "ReadMark",
    "RefusedSession",
    "Room",
    "RoomPerson",
    "ScheduleSlot",
    "Session",
    "Turn",
]
