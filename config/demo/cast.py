"""The cast: the same people in the demo and in every test, each for a reason.

Ana, Ben, Eve and Gus are in Harbor; Cal and Ivy are in Cedar and must never see Harbor; Dee was discharged from Harbor.
Fay leads Harbor with Cory, Finn leads Cedar. Mo and Nia moderate, Dr. Kim is on call before Lee, Sol supervises, Ada
admits, Sam administers and reads no room, Pat keeps the privacy.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from groups.models import Cohort, Membership, Programme, ProgrammeLevel, Room, RoomPerson, Session
from moderation.models import OnCall
from peers.models import Connection, Grant, Level, Modality, Stay, User
from peers.models.care import Assessment, CareModality
from peers.permissions import Role
from records import sealing
from records.clock import now

ZONE = "America/New_York"
DOMAIN = "demo.holdfast.test"
PLAN = [
    {"phase": "opening", "minutes": 10},
    {"phase": "check_in", "minutes": 20},
    {"phase": "work", "minutes": 45},
    {"phase": "closing_round", "minutes": 15},
]
HARBOR, CEDAR = "Harbor", "Cedar"
PARTICIPANTS = {"ana": HARBOR, "ben": HARBOR, "eve": HARBOR, "gus": HARBOR, "cal": CEDAR, "ivy": CEDAR, "dee": HARBOR}
LEGAL_NAMES = {
    "ana": "Ana Castellanos",
    "ben": "Benjamin Ruiz",
    "eve": "Evelyn Thorne",
    "gus": "August Lindqvist",
    "cal": "Calvin Marsh",
    "ivy": "Ivy Okafor",
    "dee": "Deirdre Walsh",
}
STAFF: dict[str, tuple[Role, str | None]] = {
    "fay": (Role.FACILITATOR, HARBOR),
    "cory": (Role.CO_FACILITATOR, HARBOR),
    "finn": (Role.FACILITATOR, CEDAR),
    "mo": (Role.MODERATOR, None),
    "nia": (Role.MODERATOR, None),
    "kim": (Role.CLINICIAN, None),
    "lee": (Role.CLINICIAN, None),
    "sol": (Role.SUPERVISOR, None),
    "ada": (Role.ADMISSIONS, None),
    "sam": (Role.ADMIN, None),
    "pat": (Role.PRIVACY, None),
}
NAMES = {"kim": "Dr. Kim", "lee": "Dr. Lee"}


@dataclass
class Cast:
    """Everybody and every place."""

    programme: Programme
    harbor: Cohort
    cedar: Cohort
    harbor_room: Room
    cedar_room: Room
    harbor_line: Room
    cedar_line: Room
    ana_ben: Room
    cal_ivy: Room
    session: Session
    """Harbor's, live in work."""
    later: Session
    """Cedar's, later today."""
    people: dict[str, User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> User:
        """`cast.ana`."""
        try:
            return self.people[name]
        except KeyError:
            raise AttributeError(name) from None


def build(password: str) -> Cast:
    """Make the cast anew, as of now."""
    today = now().astimezone(ZoneInfo(ZONE)).date()
    programme = Programme.objects.create(
        name="Northside IOP", phone="555-0142", phone_hours="8:00 to 21:00", timezone=ZONE
    )
    for level, hours in ((Level.PHP, 20), (Level.IOP, 9), (Level.OP, 2)):
        ProgrammeLevel.objects.create(programme=programme, level=level, weekly_minutes=hours * 60)
    cohorts = {
        name: Cohort.objects.create(programme=programme, name=name, kind=kind, plan=PLAN)
        for name, kind in ((HARBOR, Cohort.Kind.PROCESS), (CEDAR, Cohort.Kind.SKILLS))
    }
    people = _people(password, programme, cohorts)
    _care(people, programme, cohorts, today)
    rooms = {
        (name, kind): Room.objects.create(kind=kind, cohort=cohort, opened_at=now())
        for name, cohort in cohorts.items()
        for kind in (Room.Kind.GROUP, Room.Kind.STAFF)
    }
    on_call(programme, people)
    return Cast(
        programme=programme,
        harbor=cohorts[HARBOR],
        cedar=cohorts[CEDAR],
        harbor_room=rooms[HARBOR, Room.Kind.GROUP],
        cedar_room=rooms[CEDAR, Room.Kind.GROUP],
        harbor_line=rooms[HARBOR, Room.Kind.STAFF],
        cedar_line=rooms[CEDAR, Room.Kind.STAFF],
        ana_ben=_peers(cohorts[HARBOR], people["ana"], people["ben"]),
        cal_ivy=_peers(cohorts[CEDAR], people["cal"], people["ivy"]),
        session=live_session(cohorts[HARBOR], people["fay"], people["cory"]),
        later=later_session(cohorts[CEDAR], people["finn"]),
        people=people,
    )


def live_session(cohort: Cohort, lead: User, co_lead: User) -> Session:
    """A session that began a while ago and is in its work phase, with time left in its window."""
    began = now() - timedelta(minutes=35)
    return Session.objects.create(
        cohort=cohort,
        title=f"{cohort.name} group",
        starts_at=began,
        ends_at=began + timedelta(hours=3),
        plan=PLAN,
        lead=lead,
        co_lead=co_lead,
        leading=lead,
        state=Session.State.WORK,
        state_since=now() - timedelta(minutes=5),
        phase_since=now() - timedelta(minutes=5),
        began_at=began,
    )


def later_session(cohort: Cohort, lead: User) -> Session:
    """A session later today, or just after midnight where today is nearly over."""
    starts = now() + timedelta(hours=2)
    return Session.objects.create(
        cohort=cohort,
        title=f"{cohort.name} group",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=90),
        plan=PLAN,
        lead=lead,
        leading=lead,
    )


def on_call(programme: Programme, people: dict[str, User], *, days: int = 35) -> None:
    """Cover for the weeks ahead: Kim first, then Lee, then Sol."""
    for rung, name in ((OnCall.Rung.CLINICIAN, "kim"), (OnCall.Rung.BACK_UP, "lee"), (OnCall.Rung.SUPERVISOR, "sol")):
        OnCall.objects.create(
            programme=programme,
            person=people[name],
            rung=rung,
            starts_at=now() - timedelta(days=8),
            ends_at=now() + timedelta(days=days),
        )


def _people(password: str, programme: Programme, cohorts: dict[str, Cohort]) -> dict[str, User]:
    people = {}
    made_at = now() - timedelta(days=30)
    hashed = ""
    for name in (*PARTICIPANTS, *STAFF):
        person = User(email=f"{name}@{DOMAIN}", display_name=NAMES.get(name, name.capitalize()), created_at=made_at)
        if not hashed:
            person.set_password(password)
            hashed = person.password
        person.password = hashed
        person.save()
        people[name] = person
    for name, (role, cohort) in STAFF.items():
        scope = cohorts[cohort].pk if cohort else programme.pk
        Grant.objects.create(person=people[name], role=role, scope=scope, granted_at=made_at, granted_by=people["sam"])
    return people


def _care(people: dict[str, User], programme: Programme, cohorts: dict[str, Cohort], today: date) -> None:
    for number, (name, cohort) in enumerate(PARTICIPANTS.items()):
        person = people[name]
        owner = sealing.person(person.pk)
        person.legal_name_sealed = sealing.seal(owner, "legal_name", LEGAL_NAMES[name])
        person.birth_date_sealed = sealing.seal(owner, "birth_date", date(1985 + number, 3, 9 + number).isoformat())
        person.callback_number_sealed = sealing.seal(owner, "callback_number", f"555-01{17 + number}")
        person.save()
        discharged = name == "dee"
        starts = today - timedelta(days=24 - number)
        Membership.objects.create(
            cohort=cohorts[cohort],
            person=person,
            starts_on=starts,
            ends_on=today - timedelta(days=3) if discharged else None,
            ended_at=now() - timedelta(days=3) if discharged else None,
            ended_by=people["ada"] if discharged else None,
            enrolled_by=people["ada"],
        )
        Stay.objects.create(
            person=person,
            programme=programme.pk,
            level=Level.IOP,
            starts_on=starts,
            ends_on=today - timedelta(days=3) if discharged else None,
            made_by=people["ada"],
        )
        assessment = Assessment(
            person=person,
            programme=programme.pk,
            made_by=people["ada"],
            made_at=datetime.combine(starts, time(15), ZoneInfo(ZONE)),
            level=Level.IOP,
            available_days=[1, 2, 3, 4, 5],
            available_evening=True,
            home_safe=True,
        )
        assessment.reasons_sealed = sealing.seal(
            owner, f"assessment:{assessment.pk}", "Steady enough to live at home; needs structure on most days."
        )
        assessment.save()
        for modality, clinician in ((Modality.GROUP, "kim"), (Modality.CBT, "lee"), (Modality.MEDICATION, "kim")):
            CareModality.objects.create(assessment=assessment, modality=modality, clinician=people[clinician])


def _peers(cohort: Cohort, one: User, other: User) -> Room:
    at = now() - timedelta(days=6)
    connection = Connection.objects.create(
        scope=cohort.pk,
        inviter=one,
        invitee=other,
        state=Connection.State.ACCEPTED,
        invited_at=at,
        answered_at=at + timedelta(hours=2),
    )
    room = Room.objects.create(
        kind=Room.Kind.PEER, cohort=cohort, connection_id=connection.pk, opened_at=at + timedelta(hours=2)
    )
    RoomPerson.objects.bulk_create([RoomPerson(room=room, person=person) for person in (one, other)])
    return room
