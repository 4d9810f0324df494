import uuid

import pytest

from accounts.models import User
from database.statements import Statement
from tests import factories

pytestmark = pytest.mark.django_db

NAMES = Statement(
    lambda user, language: User.objects.filter(pk=user, language=language).values_list(
        "given_name", "email"
    ),
    user=uuid.UUID(int=1),
    language="one",
)


def test_it_returns_the_rows_of_the_query_for_the_values_given():
    kari, ola = factories.UserFactory(language="en"), factories.UserFactory(language="nb")
    assert NAMES.rows(user=kari.pk, language="en") == [(kari.given_name, kari.email)]
    assert NAMES.rows(user=ola.pk, language="nb") == [(ola.given_name, ola.email)]
    assert NAMES.rows(user=ola.pk, language="en") == []


def test_equal_examples_are_refused():
    both = Statement(
        lambda one, other: User.objects.filter(given_name=one, family_name=other).values_list(
            "pk"
        ),
        one="same",
        other="same",
    )
    with pytest.raises(ValueError, match="the same"):
        both.rows(one="Kari", other="Nes")
