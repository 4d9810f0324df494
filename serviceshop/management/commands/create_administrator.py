from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts import queries
from accounts.models import User
from accounts.text import clean_text
from departments import actions
from departments.models import Department, Employee


class Command(BaseCommand):
    help = (
        "Starts a real installation: makes the department if it is new, and the one who"
        " administers it, who logs in with a code sent by e-mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the administrator's e-mail, which is the log-in")
        parser.add_argument("--department", required=True, help="the department's name")
        parser.add_argument("--name", default="", help='for example "Kari Nordmann"')

    @transaction.atomic
    def handle(self, *, email: str, department: str, name: str, **_: Any) -> None:
        check_email(email)
        unit, _created = Department.objects.get_or_create(name=department)
        if unit.employees.administrators().filter(person__email__iexact=email).exists():
            raise CommandError(f"{email} administers {unit.name} already.")
        actions.employ(
            department=unit,
            person=user_with(email, name),
            role=Employee.Role.ADMINISTRATOR,
            valid_from=timezone.localdate(),
            by=None,
        )
        self.stdout.write(
            f"{email} administers {unit.name} and logs in with a code sent there by e-mail."
        )


def check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"{email} is no e-mail address.") from None


def user_with(email: str, name: str) -> User:
    """The user with this log-in, created if they are new."""
    name = clean_text(name) or email.split("@")[0]
    given_name, _space, family_name = name.partition(" ")
    return queries.active_user(email) or User.objects.create_user(
        email, given_name=given_name, family_name=family_name
    )
