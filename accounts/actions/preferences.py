"""What people choose for themselves."""

from collections.abc import Collection, Mapping

from django.db import transaction

from accounts.messages.notices import Topic
from accounts.models import MessageChoices, User


def choose_language(*, by: User, language: str) -> None:
    by.language = User.Language(language)
    by.save(update_fields=["language"])


def choose_view(*, by: User, is_simple: bool) -> None:
    """Remember how the person wants the pages; what else they prefer stays as it is."""
    with transaction.atomic():
        kept = User.objects.select_for_update().get(pk=by.pk)
        kept.preferences["view"] = "simple" if is_simple else "ordinary"
        kept.save(update_fields=["preferences"])
    by.preferences = kept.preferences


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
