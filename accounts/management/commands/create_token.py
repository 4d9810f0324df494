from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from django.utils import translation
from django.utils.translation import gettext

from accounts import actions, queries
from accounts.models import ApiToken

DAYS = 90


class Command(BaseCommand):
    help = "Makes an API token for somebody who can log in, and prints it on the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the owner's e-mail, which is the log-in")
        parser.add_argument(
            "--scope",
            action="append",
            choices=ApiToken.Scope.values,
            help="what it may be used for, once for each; all when none is given",
        )
        parser.add_argument("--days", type=int, default=DAYS, help="until it expires")
        parser.add_argument(
            "--name",
            default="",
            help="the name that its owner sees",
        )

    def handle(
        self, *, email: str, scope: list[str] | None, days: int, name: str, **_: Any
    ) -> None:
        owner = queries.active_user(email)
        if owner is None:
            raise CommandError("Nobody logs in with that e-mail.")
        if not 1 <= days <= ApiToken.LONGEST_DAYS:
            raise CommandError(f"A token lasts from 1 to {ApiToken.LONGEST_DAYS} days.")
        with translation.override(owner.language):
            named = name or gettext("Made by the municipality")
        token, secret = actions.create_token(
            name=named[:60],
            scopes=[ApiToken.Scope(one) for one in scope or ApiToken.Scope.values],
            days=days,
            by=owner,
        )
        self.stderr.write(
            f"May {', '.join(token.scopes)} until {token.expires_at:%Y-%m-%d %H:%M} UTC."
            " It is shown only once."
        )
        self.stdout.write(secret)
