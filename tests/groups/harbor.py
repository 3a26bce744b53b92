"""A small Harbor for tests of the led session: Fay and Cory lead, Ana, Ben and Eve belong, Finn leads Cedar."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from groups.models import Cohort, Membership, PresenceSpan, Programme, Room, ScheduleSlot, Session
from peers.models import Grant, User
from peers.permissions import Role
from records import clock

SIX = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
"""A Monday, 18:00 in New York."""
WINDOW = timedelta(minutes=90)
PLAN = [
    {"phase": "opening", "minutes": 10},
    {"phase": "check_in", "minutes": 15},
    {"phase": "work", "minutes": 50},
    {"phase": "closing_round", "minutes": 15},
]


@dataclass(frozen=True, slots=True)
class Harbor:
    """Who is there, and tonight's session."""

    cohort: Cohort
    cedar: Cohort
    room: Room
    session: Session
    fay: User
    cory: User
    finn: User
    ana: User
    ben: User
    eve: User

    def fresh(self) -> Session:
        """The session as it is now."""
        return Session.objects.get(pk=self.session.pk)


def person(name: str) -> User:
    """Somebody new."""
    return User.objects.create_user(f"{name.lower()}-{uuid4().hex[:6]}@test.example", "pw", display_name=name)


def harbor(starts_at: datetime = SIX) -> Harbor:
    """A new Harbor with a session at `starts_at`."""
    programme = Programme.objects.create(
        name="Tidewater", phone="555-0142", phone_hours="8:00 to 21:00", timezone="America/New_York"
    )
    cohort, cedar = (Cohort.objects.create(programme=programme, name=name, plan=PLAN) for name in ("Harbor", "Cedar"))
    rooms = [Room.objects.create(kind=Room.Kind.GROUP, cohort=one, opened_at=starts_at) for one in (cohort, cedar)]
    fay, cory, finn, ana, ben, eve = (person(name) for name in ("Fay", "Cory", "Finn", "Ana", "Ben", "Eve"))
    for who, role, where in (
        (fay, Role.FACILITATOR, cohort),
        (cory, Role.CO_FACILITATOR, cohort),
        (finn, Role.FACILITATOR, cedar),
    ):
        Grant.objects.create(person=who, role=role, scope=where.pk, granted_at=starts_at)
    for who in (ana, ben, eve):
        Membership.objects.create(cohort=cohort, person=who, starts_on=date(2026, 1, 5))
    session = Session.objects.create(
        cohort=cohort,
        title="Harbor evening",
        starts_at=starts_at,
        ends_at=starts_at + WINDOW,
        plan=PLAN,
        lead=fay,
        co_lead=cory,
    )
    return Harbor(cohort, cedar, rooms[0], session, fay, cory, finn, ana, ben, eve)


def slot_of(here: Harbor, **values: object) -> ScheduleSlot:
    """A weekly evening of Harbor's: Mondays at 18:00 for 90 minutes."""
    fields = {"weekday": 1, "starts": time(18), "minutes": 90, "lead": here.fay, "co_lead": here.cory, **values}
    return ScheduleSlot.objects.create(cohort=here.cohort, **fields)


def connect(here: Harbor, *people: User, server: UUID | None = None) -> None:
    """Sockets of these people, kept alive by `server` until `now` on the clock."""
    for who in people:
        moment = clock.now()
        PresenceSpan.objects.create(
            session=here.session,
            person=who,
            server=server or uuid4(),
            joined_at=moment,
            seen_at=moment,
        )
