"""A new installation from ``create_administrator`` to a booked visit, using only pages."""

import datetime as dt
import uuid

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, User
from booking.models import Booking, Visit
from departments.models import Department

pytestmark = pytest.mark.django_db


def test_an_administrator_sets_everything_up_and_a_recipient_books(client, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 11, tzinfo=dt.UTC), tick=False)
    call_command("create_administrator", "kari@example.no", "--department", "Avdeling Nord")
    department = Department.objects.get()
    client.force_login(User.objects.get(email="kari@example.no"))

    def send(page, **form):
        answer = client.post(reverse(page, args=[department.pk]), form)
        assert answer.status_code == 302, f"{page}: {answer.context}"

    send(
        "departments:add_period",
        key=uuid.uuid4(),
        weekday="5",
        opens_at="8",
        closes_at="16",
        staff="1",
        often="weekly",
        valid_from="25.11.2026",
        version="1",
        confirmed="1",
    )
    send(
        "departments:add_service",
        name="Rengjøring",
        minutes="60",
        carers="1",
        place="home",
        kind_of_time="free",
        symbol="bucket",
        is_active="on",
    )
    send(
        "departments:add_employee",
        email="emil@example.no",
        given_name="Emil",
        family_name="Nygård",
        role="care_worker",
        valid_from="25.11.2026",
    )
    send(
        "booking:add_recipient",
        key=uuid.uuid4(),
        email="hans@example.no",
        given_name="Hans",
        family_name="Nes",
        service=department.services.get().pk,
        amount="1",
        unit="visits",
        period="week",
        valid_from="25.11.2026",
    )

    for invitation in Invitation.objects.all():
        client.post(reverse("accounts:invitation", args=[invitation.token]), {"accept": "yes"})
    client.force_login(User.objects.get(email="hans@example.no"))
    friday = dt.date(2026, 11, 27)
    ten = dt.datetime(2026, 11, 27, 10, tzinfo=timezone.get_default_timezone())
    service = department.services.get()
    times = reverse("booking:times", args=[service.pk, friday])
    check = f"{times}10.00/"
    assert check in client.get(times).text
    form = client.get(check).context["form"]
    client.post(
        reverse("booking:book"),
        {
            name: form.get_initial_for_field(field, name) or ""
            for name, field in form.fields.items()
        },
    )

    booking = Booking.objects.get()
    assert (booking.recipient.given_name, booking.starts_at) == ("Hans", ten)
    assert Visit.objects.get().shift is not None
