"""One page of a long list, in one query."""

import pytest

from accounts.models import User
from database.list_pages import list_page, page_number
from tests import factories


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), (None, 1), ("", 1), ("0", 1), ("-1", 1), ("x", 1), ("\N{SUPERSCRIPT TWO}", 1),
     ("99999", 1)],
)  # fmt: skip
def test_the_page_that_a_request_names(text, number):
    assert page_number(text) == number


@pytest.mark.parametrize(
    ("number", "places", "turns"),
    [(1, (1, 2), (0, 2)), (2, (3, 4), (1, 3)), (3, (5, 5), (2, 0)), (9, (1, 2), (0, 2))],
)
def test_a_page_knows_its_place_in_the_list(
    db, number, places, turns, django_assert_max_num_queries
):
    people = [factories.UserFactory() for _ in range(5)]
    with django_assert_max_num_queries(2):
        page = list_page(User.objects.order_by("pk"), number, 2)
    assert (page.count, page.first, page.last) == (5, *places)
    assert (page.previous, page.next) == turns
    ordered = sorted(people, key=lambda one: one.pk)
    assert list(page.shown) == ordered[places[0] - 1 : places[1]]


def test_an_empty_list_has_an_empty_page(db):
    page = list_page(User.objects.none(), 1, 2)
    assert (page.count, page.shown, page.previous, page.next) == (0, [], 0, 0)
