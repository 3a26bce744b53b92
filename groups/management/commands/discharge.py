"""`manage.py discharge EMAIL --cohort NAME`: end a membership, as the page does."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from groups.errors import Refused
from groups.models import Cohort
from groups.services import enrolment
from peers.models import User


class Command(BaseCommand):
    """Ends a membership at once."""

    help = "End a person's membership of a cohort at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address somebody signs in with, and the cohort's name."""
        parser.add_argument("email")
        parser.add_argument("--cohort", required=True, metavar="NAME")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say in one line why not."""
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError("Nobody signs in with this address.")
        cohorts = Cohort.objects.filter(name__iexact=options["cohort"])
        mine = cohorts.filter(memberships__person=person, memberships__ended_at=None).first() or cohorts.first()
        if mine is None:
            raise CommandError("There is no cohort of this name.")
        try:
            enrolment.discharge(cohort_id=mine.pk, person_id=person.pk, by=None)
        except Refused as refused:
            raise CommandError(refused.reason) from None
        self.stdout.write(f"Discharged from {mine.name}.")
