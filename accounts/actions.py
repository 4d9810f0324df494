"""Changes people make to themselves."""

from accounts.models import User


def choose_language(*, by: User, language: str) -> None:
    by.language = User.Language(language)
    by.save(update_fields=["language"])
