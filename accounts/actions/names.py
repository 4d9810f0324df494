"""Change a user's name."""

from accounts.models import User
from accounts.signals import name_changes
from database.transactions import one_transaction


@one_transaction()
def rename(*, user: User, given_name: str, family_name: str) -> None:
    """Change the name, also where the apps above have a copy.

    Messages, letters and histories read the name when they are sent or shown.
    """
    name_changes.send(sender=User, user=user, given_name=given_name, family_name=family_name)
    User.objects.filter(pk=user.pk).update(given_name=given_name, family_name=family_name)
