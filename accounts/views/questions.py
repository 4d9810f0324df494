"""What the POST-only URLs of the settings do, as questions (``accounts.questions``)."""

import uuid

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts import queries
from accounts.access import PersonRequest
from accounts.questions import Question


def revoke_token(request: PersonRequest, sent: QueryDict, token: uuid.UUID) -> Question:
    found = get_object_or_404(queries.tokens_of(request.user).unrevoked(), pk=token)
    text = _("Do you want to remove the key “{name}”?").format(name=found.name)
    return Question(text, _("Remove the key"))
