import pytest

from booking.models import Recipient
from booking.queries.department_recipients import matching
from database.alphabet import name_key
from tests import factories

pytestmark = pytest.mark.django_db


def test_names_sort_in_norwegian_alphabetical_order():
    names = [
        "Abel", "Áila", "Azra", "Čáhčelii", "Dahl", "Đuro", "Müller", "Ŋiŋŋi", "Šimon", "Zahl",
        "Žarko", "Ærø", "Öberg", "Øye", "Aas", "Åse",
    ]  # fmt: skip
    for name in reversed(names):
        factories.RecipientFactory(family_name=name, given_name="Kari")
    listed = Recipient.objects.values_list("family_name", flat=True)
    assert list(listed) == sorted(names, key=name_key) == names


def test_a_person_with_one_name_is_listed_by_it():
    for given, family in (("Kari", "Dahl"), ("Berit", ""), ("Aksel", "Abel")):
        factories.RecipientFactory(given_name=given, family_name=family)
    listed = Recipient.objects.values_list("given_name", flat=True)
    assert list(listed) == ["Aksel", "Berit", "Kari"]


@pytest.mark.parametrize(
    ("given", "family", "searches"),
    [
        ("Per", "Sørensen", ["sorensen", "soerensen", "SØRENSEN", "per sør"]),
        ("Berit", "Holm", ["Holm, Berit", "berit ho", "  holm  ", "Berit;Holm"]),
        ("Åse", "Aas", ["ase", "aase", "ås", "as aase"]),
        ("Ærling", "Sæther", ["saether", "sather", "aerling"]),
        ("Biret", "Čáhčelii", ["cahcelii", "čáhč"]),
        ("Žana", "Đuŋŧšá", ["zana", "dunt", "duntsa"]),
        ("Renée", "Müller", ["renee muller"]),
        ("100%", "_", ["100%"]),
    ],
)
def test_a_search_takes_similar_letters_for_the_same(given, family, searches):
    found = factories.RecipientFactory(given_name=given, family_name=family)
    factories.RecipientFactory(given_name="Nina", family_name="Lie")
    for text in searches:
        assert list(matching(Recipient.objects.all(), text)) == [found], text
    assert not matching(Recipient.objects.all(), f"{given} Lie")
