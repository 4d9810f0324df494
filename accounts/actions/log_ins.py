"""Give a log-in to a user without one, close one, and open it again."""

from django.db.models import Exists, OuterRef

from accounts.models import Message, User
from accounts.sessions import end_sessions
from database.transactions import one_transaction


def give_log_in(*, user: User, email: str) -> None:
    """The user has proved that the e-mail address is theirs. Messages go there too, and no
    longer to the address that staff entered: the user may choose it again."""
    user.email, user.contact_email = email, ""
    user.save(update_fields=["email", "contact_email"])


def close_log_in(*, user: User) -> None:
    """End the user's sessions. They can't log in until it is opened again, and get no message."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_sessions(of=user)


def open_log_in(*, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=True)


@one_transaction()
def join_messages(*, from_: User, into: User) -> None:
    """Move the messages of a user without a log-in, except those that ``into`` has too."""
    theirs = Message.objects.filter(
        user=into, key=OuterRef("key"), kind=OuterRef("kind"), channel=OuterRef("channel")
    )
    Message.objects.filter(~Exists(theirs), user=from_).update(user=into)
