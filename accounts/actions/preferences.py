"""Language, view and message channels that users choose for themselves."""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import transaction

from accounts.actions.changes import differing, record, values_of
from accounts.messages.notices import Topic
from accounts.models import MessageChoices, User
from accounts.queries import message_choices
from database.versions import check_version


def choose_language(*, by: User, language: str) -> None:
    """Raises ``ValueError`` for a language that the installation does not have."""
    if language not in dict(settings.LANGUAGES):
        raise ValueError("The installation does not have this language.")
    by.language = language
    by.save(update_fields=["language"])


def choose_view(*, by: User, is_simple: bool) -> None:
    """Choose simple or ordinary pages. Other preferences are kept."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=by.pk)
        user.preferences["view"] = "simple" if is_simple else "ordinary"
        user.save(update_fields=["preferences"])
    by.preferences = user.preferences


def choose_messages(
    *,
    by: User,
    channels: Mapping[Topic, Collection[str]],
    names_service: bool,
    version: int | None = None,
) -> None:
    """Choose the channels for each topic. This also applies to messages that wait.

    Raises ``Stale`` when the choices have another version than the user's page showed; 0 is
    that of choices never made.
    """
    chosen = {
        **{topic.value: list(names) for topic, names in channels.items()},
        "names_service": names_service,
    }
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        choices = message_choices(by)
        before, after = differing(values_of(choices, chosen), chosen)
        if after:
            check_version(choices.version, version)
            defaults = {**chosen, "version": choices.version + 1}
            MessageChoices.objects.update_or_create(user=by, defaults=defaults)
            record("choose_messages", by=by, subject_id=by.pk, before=before, after=after)
