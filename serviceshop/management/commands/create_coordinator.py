from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts import actions, queries
from serviceshop.management.commands.create_administrator import check_email, user_with


class Command(BaseCommand):
    help = (
        "Makes somebody a coordinator, who sees the figures of all departments and confirms"
        " guardians, and logs in with a code sent by e-mail. --remove takes the role away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the coordinator's e-mail, which is the log-in")
        parser.add_argument("--name", default="", help='for example "Frida Vangen"')
        parser.add_argument("--remove", action="store_true", help="take the role away")

    @transaction.atomic
    def handle(self, *, email: str, name: str, remove: bool, **_: Any) -> None:
        check_email(email)
        if remove:
            self._remove(email)
            return
        if not actions.appoint_coordinator(user=user_with(email, name), by=None):
            raise CommandError(f"{email} is a coordinator already.")
        self.stdout.write(
            f"{email} is a coordinator and logs in with a code sent there by e-mail."
        )

    def _remove(self, email: str) -> None:
        user = queries.active_user(email)
        if user is None or not actions.dismiss_coordinator(user=user, by=None):
            raise CommandError(f"{email} is no coordinator.")
        self.stdout.write(f"{email} is no coordinator any more. The log-in stays.")
