"""Begin a site: its programme, and the person who invites everybody else."""

from argparse import ArgumentParser
from typing import Any
from zoneinfo import available_timezones

from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.forms import ValidationError

from groups.models import Programme, ProgrammeLevel
from peers.models import Grant, Level, User
from peers.permissions import Role
from records import audit
from records.clock import now

HOURS = {Level.PHP: 20, Level.IOP: 9, Level.OP: 2}
"""Weekly hours a programme begins with (IOP for adults: at least 9, SAMHSA TIP 47); its administrator sets its own."""


class Command(BaseCommand):
    """`manage.py first_admin EMAIL --programme NAME`; only while the site has no programme."""

    help = "Begin a site: its programme and its first administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who and what."""
        parser.add_argument("email")
        parser.add_argument("--programme", required=True)
        parser.add_argument("--phone", required=True)
        parser.add_argument("--hours", default="8:00 to 21:00", help="when the telephone is answered")
        parser.add_argument("--timezone", default="America/New_York", help="IANA name")

    def handle(self, *args: Any, email: str, programme: str, phone: str, hours: str, timezone: str, **_: Any) -> None:
        """Begin."""
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError("This is not an e-mail address.") from None
        if timezone not in available_timezones():
            raise CommandError(f"There is no time zone {timezone}; use a name like America/New_York.")
        if Programme.objects.exists():
            raise CommandError("This site has a programme already; its administrator invites whoever is missing.")
        with transaction.atomic():
            made = Programme.objects.create(name=programme, phone=phone, phone_hours=hours, timezone=timezone)
            for level, weekly in HOURS.items():
                ProgrammeLevel.objects.create(programme=made, level=level, weekly_minutes=weekly * 60)
            person = User.objects.create_user(email, display_name="Administrator")
            Grant.objects.create(person=person, role=Role.ADMIN, scope=made.pk, granted_at=now())
            audit.record("programme.begin", "programme", made.pk, actor=None, person=person.pk)
        self.stdout.write("Done. Open /accounts/password/reset/ and enter this address to choose a password.")
