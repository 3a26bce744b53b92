"""The demo clinic: the cast, and a week of their lives, told through the services as it happened."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from config.demo import password, week
from config.demo.cast import CEDAR, DOMAIN, HARBOR, PLAN, ZONE, Cast, build, later_session, live_session, on_call
from groups.models import Cohort, Message, PresenceSpan, Room, Session
from groups.services import attendance, messages, posting, visibility
from groups.services.earlier import Receipt
from moderation.escalation import answers
from moderation.models import Case, Decision, Escalation, Flag, Lane, OnCall, Severity
from moderation.services import claims, decisions
from moderation.services.flags import flag
from peers.models import User
from peers.permissions import Role
from records import clock
from records.clock import now

CLINICIAN, MODERATOR, LEAD = (frozenset({role}) for role in (Role.CLINICIAN, Role.MODERATOR, Role.FACILITATOR))
LENGTH = timedelta(minutes=90)


def load() -> bool:
    """Make the demo if it is not there (returns True), else roll it forward to now."""
    if Cohort.objects.exists():
        roll_forward()
        return False
    with transaction.atomic():
        cast = build(password.current())
        # The live session waits in the wings while the week before it is told.
        Session.objects.filter(pk=cast.session.pk).update(state=Session.State.SCHEDULED)
        for evening in week.HARBOR:
            _evening(cast, evening)
        _peers(cast)
        _help(cast)
        Session.objects.filter(pk=cast.session.pk).update(state=Session.State.WORK)
        _tonight(cast)
    return True


def roll_forward() -> None:
    """Harbor's session is live in work again with time left, Cedar's is later today, and somebody is on call."""
    with transaction.atomic():
        harbor, cedar = (Cohort.objects.get(name=name) for name in (HARBOR, CEDAR))
        cast = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
        if not OnCall.objects.filter(ends_at__gt=now() + timedelta(days=7)).exists():
            on_call(harbor.programme, cast)
        _roll_harbor(harbor, cast)
        ahead = Session.objects.filter(cohort=cedar, state=Session.State.SCHEDULED, starts_at__gt=now())
        if not ahead.exists() and not Session.objects.filter(cohort=cedar, state__in=Session.LIVE).exists():
            later_session(cedar, cast["finn"])


def _roll_harbor(harbor: Cohort, cast: dict[str, User]) -> None:
    """The session that was live goes on if an hour of it is left, else another one is."""
    old = Session.objects.filter(cohort=harbor, state__in=Session.LIVE).first()
    if old is not None:
        PresenceSpan.objects.filter(session=old, left_at=None).update(left_at=F("seen_at"))
    if old is not None and old.ends_at > now() + timedelta(hours=1):
        old.state, old.leading = Session.State.WORK, cast["fay"]
        old.state_since = old.phase_since = now() - timedelta(minutes=5)
        old.paused_from = old.paused_reason = ""
        old.lead_seen_at = old.staff_due_at = None
        old.save()
        return
    if old is not None:
        ended = min(old.ends_at, now())
        Session.objects.filter(pk=old.pk).update(state=Session.State.ENDED, ended_at=ended, leading=None)
    live_session(harbor, cast["fay"], cast["cory"])


def _evening(cast: Cast, evening: week.Evening) -> None:
    """One past session: who was there, what was said and what became of it."""
    day = now().astimezone(ZoneInfo(ZONE)).date() - timedelta(days=evening.days_ago)
    begins = datetime(day.year, day.month, day.day, evening.hour, tzinfo=ZoneInfo(ZONE))
    session = Session.objects.create(
        cohort=cast.harbor,
        title="Harbor group",
        starts_at=begins,
        ends_at=begins + LENGTH,
        plan=PLAN,
        lead=cast.fay,
        co_lead=cast.cory,
        leading=cast.fay,
        state=Session.State.WORK,
        state_since=begins,
        phase_since=begins,
        began_at=begins,
    )
    said = [_say(cast, cast.harbor_room, line, begins + timedelta(minutes=line.minute)) for line in evening.talk]
    for line, receipt in zip(evening.talk, said, strict=True):
        if line.answers is not None:
            Message.objects.filter(pk=receipt.message_id).update(reply_to=said[line.answers].message_id)
        if line.fate:
            _befalls(cast, line, receipt.message_id, begins + timedelta(minutes=line.minute + 3))
    for who, (came, went) in evening.present.items():
        PresenceSpan.objects.create(
            session=session,
            person=cast.people[who],
            joined_at=begins + timedelta(minutes=came),
            seen_at=begins + timedelta(minutes=went),
            left_at=begins + timedelta(minutes=went),
        )
    ended = begins + LENGTH
    Session.objects.filter(pk=session.pk).update(state=Session.State.ENDED, state_since=ended, ended_at=ended)
    if evening.days_ago == 2:
        with clock.at(ended + timedelta(minutes=20)):
            attendance.correct(
                session_id=session.pk,
                person_id=cast.ben.pk,
                by=cast.fay.pk,
                counted=90,
                reason="His phone died; he stayed to the end on Ana's.",
            )


def _befalls(cast: Cast, line: week.Said, message_id: UUID, at: datetime) -> None:
    message = Message.objects.select_related("author").get(pk=message_id)
    with clock.at(at):
        if line.fate == "withdrawn":
            messages.withdraw(person_id=message.author_id, message_id=message.pk)
            return
        case = Case.objects.get(message=message, lane=Lane.CARE)
        decisions.decide(
            case,
            verb=Decision.Verb.RELEASE,
            by=cast.fay,
            roles=LEAD,
            reason="He is here, talking with me, and wants the group to know.",
        )
        decisions.add_note(case, by=cast.fay, note="Calm and answering. Not asked yet about tonight.")
    with clock.at(at + timedelta(minutes=40)):
        escalation = Escalation.objects.get(case=case)
        answers.resolve(
            escalation,
            by=cast.kim,
            roles=CLINICIAN,
            disposition="safety_plan",
            note="Spoke for half an hour, went through his plan. His sister stays. I call tomorrow at nine.",
        )
        decisions.decide(
            case, verb=Decision.Verb.DISMISS, by=cast.kim, roles=CLINICIAN, reason="Contact made, plan renewed."
        )


def _peers(cast: Cast) -> None:
    at = now() - timedelta(days=1, hours=5)
    for room, talk in ((cast.ana_ben, week.ANA_AND_BEN), (cast.cal_ivy, week.CAL_AND_IVY)):
        moment = at
        for line in talk:
            moment += timedelta(minutes=line.minute)
            _say(cast, room, line, moment)
    contact = Case.objects.get(lane=Lane.CONDUCT, cohort=cast.cedar)
    with clock.at(now() - timedelta(minutes=50)):
        decisions.decide(
            contact,
            verb=Decision.Verb.DISMISS,
            by=cast.mo,
            roles=MODERATOR,
            reason="She understood at once. It stays held; nothing more to do.",
        )


def _help(cast: Cast) -> None:
    """Ivy asked for help last evening; Lee has it."""
    with clock.at(now() - timedelta(hours=4)):
        flag(
            source=Flag.Source.SELF,
            lane=Lane.CARE,
            reason="help",
            severity=Severity.RED,
            subject_kind=Case.Subject.PERSON,
            subject_id=cast.ivy.pk,
            cohort=cast.cedar,
            room=cast.cedar_room,
            person=cast.ivy,
            text="It is loud at home and I have nobody to call until my sister is back.",
            kind=Escalation.Kind.HELP,
        )
    escalation = Escalation.objects.get(kind=Escalation.Kind.HELP)
    with clock.at(now() - timedelta(hours=4) + timedelta(seconds=95)):
        answers.acknowledge(escalation, by=cast.lee, roles=CLINICIAN)
        answers.add_note(
            escalation, by=cast.lee, note="Reached her. Safe, with a neighbor. I call again when her sister is home."
        )


def _tonight(cast: Cast) -> None:
    said = []
    for line in week.NOW:
        said.append(_say(cast, cast.harbor_room, line, now() + timedelta(minutes=line.minute)))
        if line.answers is not None:
            Message.objects.filter(pk=said[-1].message_id).update(reply_to=said[line.answers].message_id)
    moment = now() - timedelta(minutes=12)
    for line in week.CORY_TO_FAY:
        moment += timedelta(minutes=line.minute)
        _say(cast, cast.harbor_line, line, moment)
    flag(
        source=Flag.Source.MEMBER,
        lane=Lane.CONDUCT,
        reason="other",
        severity=Severity.GREEN,
        subject_kind=Case.Subject.MESSAGE,
        subject_id=said[2].message_id,
        cohort=cast.harbor,
        room=cast.harbor_room,
        message=Message.objects.get(pk=said[2].message_id),
        person=cast.ben,
        reporter=cast.gus,
        note="Not sure if jokes are all right here.",
    )
    claims.claim(Case.objects.get(lane=Lane.CONDUCT, state=Case.State.OPEN, cohort=cast.harbor), by=cast.nia)
    hidden = Message.objects.filter(room=cast.harbor_room, author=cast.ben, state=Message.State.PUBLISHED).order_by(
        "seq"
    )[1]
    visibility.hide(hidden.pk, by=cast.mo.pk)


def _say(cast: Cast, room: Room, line: week.Said, at: datetime) -> Receipt:
    with clock.at(at):
        return posting.post(person_id=cast.people[line.who].pk, room_id=room.pk, cid=str(uuid4()), text=line.text)
