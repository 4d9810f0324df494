"""Each reason for refusing a booking has its words on the pages, for staff and in the API."""

import pytest

from booking import errors
from booking.api.refusals import refusal_of
from booking.views.staff import phone
from booking.views.steps import TEMPLATES
from tests.booking.refusals import REFUSALS_OF_BOOKING

ANSWERED_BY_THE_VIEW = {errors.KeyReused}


@pytest.mark.parametrize("error", REFUSALS_OF_BOOKING)
def test_a_recipients_page_knows_it(error):
    assert error in {*TEMPLATES, *ANSWERED_BY_THE_VIEW}


@pytest.mark.parametrize("error", REFUSALS_OF_BOOKING)
def test_a_staff_page_knows_it(error):
    assert error in {*phone.REFUSALS, *ANSWERED_BY_THE_VIEW}


@pytest.mark.parametrize("error", REFUSALS_OF_BOOKING)
def test_the_api_has_a_code_for_it(error):
    assert refusal_of(error()).code != "not_possible"
