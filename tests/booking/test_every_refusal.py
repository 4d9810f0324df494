"""Each reason for refusing a booking has its words on the pages, for staff and in the API."""

import pytest

from booking import errors
from booking.api.refusals import refusal_of
from booking.views.staff import phone
from booking.views.steps import TEMPLATES
from tests.booking.refusals import ALL_REFUSALS, REFUSALS_OF_BOOKING, REFUSALS_OF_STAFF

ANSWERED_BY_THE_VIEW = {errors.KeyReused}


@pytest.mark.parametrize("error", REFUSALS_OF_BOOKING)
def test_a_recipients_page_knows_it(error):
    assert error in {*TEMPLATES, *ANSWERED_BY_THE_VIEW}


@pytest.mark.parametrize("error", REFUSALS_OF_STAFF)
def test_a_staff_page_knows_it(error):
    assert error in {*phone.REFUSALS, *ANSWERED_BY_THE_VIEW}


@pytest.mark.parametrize("error", ALL_REFUSALS)
def test_the_api_has_a_code_for_it(error):
    assert refusal_of(error()).code != "not_possible"


@pytest.mark.parametrize("error", errors.TooLate.__subclasses__())
def test_staff_and_the_api_know_each_kind_of_too_late(error):
    assert error in phone.REFUSALS
    assert refusal_of(error()).code not in ("too_late", "not_possible")
