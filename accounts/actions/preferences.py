"""What people choose for themselves."""

from collections.abc import Collection, Mapping

from accounts.models import MessageChoices, User
from accounts.notices import Topic


def choose_language(*, by: User, language: str) -> None:
    by.language = User.Language(language)
    by.save(update_fields=["language"])


def choose_messages(
    *, by: User, channels: Mapping[Topic, Collection[str]], names_service: bool
) -> None:
    """Over which channels ``by`` is told each thing from now on, also of what waits."""
    MessageChoices.objects.update_or_create(
        user=by,
        defaults={
            **{topic.value: list(chosen) for topic, chosen in channels.items()},
            "names_service": names_service,
        },
    )
