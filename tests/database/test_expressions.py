import pytest

from booking.models import Recipient
from tests import factories

pytestmark = pytest.mark.django_db


def test_names_sort_in_norwegian_alphabetical_order():
    for name in ("Åse", "Øye", "Zahl", "Ærø", "ås", "Öberg", "Aas"):
        factories.RecipientFactory(family_name=name, given_name="Kari")
    listed = Recipient.objects.values_list("family_name", flat=True)
    assert list(listed) == ["Aas", "Zahl", "Ærø", "Öberg", "Øye", "ås", "Åse"]
