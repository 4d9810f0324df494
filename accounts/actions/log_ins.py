"""Give a log-in to a user without one."""

from django.db.models import Exists, OuterRef

from accounts.models import Message, User
from database.transactions import one_transaction


def give_log_in(*, user: User, email: str) -> None:
    """The user has proved that the e-mail address is theirs. Messages go there too, and no
    longer to the address that staff entered: the user may choose it again."""
    user.email, user.contact_email = email, ""
    user.save(update_fields=["email", "contact_email"])


@one_transaction()
def join_messages(*, from_: User, into: User) -> None:
    """Move the messages of a user without a log-in, except those that ``into`` has too."""
    theirs = Message.objects.filter(
        user=into, key=OuterRef("key"), kind=OuterRef("kind"), channel=OuterRef("channel")
    )
    Message.objects.filter(~Exists(theirs), user=from_).update(user=into)
