"""The pages for opening hours and special days."""

import datetime as dt
import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import unsent
from accounts.models import AccessLogEntry, Change, UnsentForm
from database.transactions import Busy
from departments import actions
from departments.models import Department, OpeningHours, Shift, SpecialDay
from departments.seats import AffectedVisit, Reseated
from tests import factories
from tests.html_forms import form_to

FRIDAY = dt.date(2026, 11, 27)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_wednesday(time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 25, 11, tzinfo=dt.UTC), tick=False)


@pytest.fixture
def row(department):
    return factories.OpeningHoursFactory(
        department=department, weekday=5, opens_at=dt.time(15), closes_at=dt.time(22), staff=3
    )


@pytest.fixture
def dina(client, administrator):
    client.force_login(administrator)
    return client


def url(name, row):
    return reverse(f"departments:{name}", args=[row.department_id, row.pk])


def typed(**values):
    return {
        "key": str(uuid.uuid4()),
        "opens_at": "15:00",
        "closes_at": "22:00",
        "staff": "2",
        "often": "weekly",
        "valid_from": "27.11.2026",
        "version": "1",
        **values,
    }


def test_the_week_is_a_picture_with_a_link_to_each_period(dina, row):
    page = dina.get(reverse("departments:hours", args=[row.department_id]))

    assert page.status_code == 200
    assert 'class="at-1500 for-420"' in page.text
    assert url("period", row) in page.text


def test_a_preview_saves_nothing_and_confirming_saves(dina, row):
    form = typed()
    page = dina.post(url("change_period", row), form)

    assert "3 → 2" in page.text
    assert f'name="key" value="{form["key"]}"' in page.text
    assert OpeningHours.objects.get().staff == 3
    assert not Change.objects.exists()

    confirmed = {**form, "confirmed": "1", "reason": "Fewer on Fridays"}
    for _ in range(2):
        saved = dina.post(url("change_period", row), confirmed)
        assert saved.url.endswith("/hours/?on=2026-11-27")

    assert OpeningHours.objects.get(staff=2).valid_from == FRIDAY
    assert Change.objects.get().reason == "Fewer on Fridays"


def test_going_back_keeps_the_input(dina, row):
    page = dina.post(url("change_period", row), typed(staff="2", valid_until="1.2.27"))
    back = page.context["back"] + "?" + page.context["preview"].submission.back_query

    page = dina.get(back)

    assert 'value="1.2.27"' in page.text
    assert 'name="staff"' in page.text
    assert 'value="2"' in page.text


def test_visits_are_named_in_the_preview(dina, row, fake_seats):
    actions.ensure_laid_out(row.department, FRIDAY)

    def visit(recipient):
        starts = factories.local(FRIDAY, 18)
        ends = starts + dt.timedelta(minutes=45)
        ids = [uuid.uuid4() for _ in range(3)]
        return AffectedVisit(
            *ids, recipient, "Evening care", starts, ends, row.department_id, phone="33 00 00 00"
        )

    fake_seats.answer = Reseated(unstaffed=[visit("Ruth Skaar")], moved=[visit("Nils Bøe")])

    page = dina.post(url("change_period", row), typed())

    assert [visit.recipient for visit in page.context["preview"].lost] == ["Ruth Skaar"]
    assert "Ruth Skaar" in page.text
    assert "Nils Bøe" in page.text
    assert page.text.count('href="tel:+4733000000"') == 1  # only those who lose their carer
    assert 'class="impact lost"' in page.text
    assert "Save the change (1 visit loses its employee)" in " ".join(page.text.split())
    assert AccessLogEntry.objects.filter(department_id=row.department_id).count() == 2

    confirmed = {**typed(), "confirmed": "1", "previewed": page.context["preview"].digest}
    AccessLogEntry.objects.all().delete()
    typing = {"HX-Request": "true"}
    counted = dina.post(url("change_period", row), typed(), headers=typing)
    assert counted.text.strip() == "This concerns 2 visits: 1 visit loses its employee"
    assert not AccessLogEntry.objects.exists()
    assert (
        dina.post(url("change_period", row), typed(staff="x"), headers=typing).status_code == 204
    )
    assert OpeningHours.objects.get().staff == 3

    saved = dina.post(url("change_period", row), confirmed, follow=True)
    assert "1 visit has nobody to go." in saved.text
    assert f'href="/departments/{row.department_id}/today/"' in saved.text


def test_a_named_shift_is_removed_only_after_a_preview(dina, row, care_worker):
    evening = factories.OpeningHoursFactory(
        department=row.department, weekday=5, opens_at=dt.time(18), closes_at=dt.time(22)
    )
    actions.ensure_laid_out(row.department, FRIDAY)
    shift = Shift.objects.filter(opening_hours=row).first()
    actions.name_shift(shift=shift, person=care_worker, by=None)
    form = {"valid_from": "27.11.2026", "version": "1"}

    page = dina.post(url("remove_period", row), form)
    assert "Emil Haugen" in page.text
    dropping = page.context["preview"].dropping
    assert [named.person for named in dropping.impact.named_removed] == ["Emil Haugen"]
    assert f'name="previewed_drop" value="{dropping.digest}"' in page.text

    drop = {"confirmed": "drop", "previewed_drop": "what was shown before"}
    page = dina.post(url("remove_period", row), {**form, **drop})
    assert page.status_code == 409
    assert page.context["preview"].digest == dropping.digest
    assert Shift.objects.filter(person=care_worker).exists()

    drop["previewed_drop"] = dropping.digest
    dina.post(url("remove_period", row), {**form, **drop})
    assert set(Shift.objects.values_list("opening_hours", flat=True)) == {evening.pk}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("opens_at", "half past"),
        ("opens_at", "7:03"),
        ("opens_at", "24"),
        ("opens_at", "15:00:00"),
        ("closes_at", "25"),
        ("staff", "0"),
        ("staff", "many"),
        ("valid_from", "31.02.2027"),
        ("valid_from", "24.11.2026"),
        ("valid_until", "26.11.2026"),
        ("break_starts_at", "12:00"),
        ("break_minutes", "30"),
    ],
)
def test_invalid_input_is_explained_and_kept(dina, row, field, value):
    page = dina.post(url("change_period", row), typed(**{field: value}))

    errors = page.context["form"].errors
    assert page.status_code == 200
    assert field in errors or "break_starts_at" in errors or "break_minutes" in errors
    assert f'value="{value}"' in page.text
    assert OpeningHours.objects.get().staff == 3


def test_every_n_weeks_needs_its_number(dina, row):
    page = dina.post(url("change_period", row), typed(often="seldom"))

    assert "every_n_weeks" in page.context["form"].errors


def test_a_period_is_added_once(dina, department):
    form = typed(weekday="6", confirmed="1", opens_at="22", closes_at="7.00")
    add = reverse("departments:add_period", args=[department.pk])

    for _ in range(2):
        dina.post(add, form)

    night = OpeningHours.objects.get()
    assert (night.weekday, night.opens_at.hour, night.closes_at.hour) == (6, 22, 7)


def test_a_period_ends_at_the_next_midnight(dina, department):
    form = typed(weekday="6", confirmed="1", opens_at="1430", closes_at="24")

    dina.post(reverse("departments:add_period", args=[department.pk]), form)

    evening = OpeningHours.objects.get()
    assert (evening.opens_at, evening.closes_at) == (dt.time(14, 30), dt.time(0))


def test_a_period_is_split(dina, row):
    form = {
        "first_key": str(uuid.uuid4()),
        "second_key": str(uuid.uuid4()),
        "split_at": "18",
        "first_staff": "3",
        "second_staff": "1",
        "valid_from": "27.11.2026",
        "version": "1",
    }
    assert "18:00" in dina.post(url("split_period", row), form).text
    for _ in range(2):
        dina.post(url("split_period", row), {**form, "confirmed": "1"})

    halves = OpeningHours.objects.filter(valid_from=FRIDAY).order_by("opens_at")
    assert [(half.opens_at.hour, half.closes_at.hour, half.staff) for half in halves] == [
        (15, 18, 3),
        (18, 22, 1),
    ]


def test_a_split_outside_the_period_is_refused(dina, row):
    page = dina.post(url("split_period", row), {"split_at": "22:00", "first_staff": "1"})

    assert {"split_at", "second_staff"} <= page.context["form"].errors.keys()
    assert 'value="22:00"' in page.text


def test_a_change_is_undone_after_its_preview(dina, row):
    saved = dina.post(url("change_period", row), typed(confirmed="1"), follow=True)
    change = Change.objects.get()
    undo = reverse("departments:undo_change", args=[row.department_id, change.pk])
    message = saved.text.partition('role="status"')[2].partition("</form>")[0]
    assert f'action="{undo}"' in message
    page = dina.get(reverse("departments:hours", args=[row.department_id]))
    assert undo in page.text

    assert "2 → 3" in dina.post(undo).text
    assert OpeningHours.objects.filter(staff=2).exists()

    dina.post(undo, {"confirmed": "1"})
    assert not OpeningHours.objects.filter(staff=2).exists()

    again = dina.post(undo, {"confirmed": "1"}, follow=True)
    assert again.status_code == 200
    assert "undo" in again.text.lower() or "angre" in again.text.lower()


def test_a_reason_is_cleaned_in_the_preview(dina, department):
    day = reverse("departments:set_special_day", args=[department.pk])
    form = {
        "date": "27.11.2026",
        "name": "Course\0",
        "kind": "closed",
        "reason": "A\0 \u202ecourse\n",
        "form-TOTAL_FORMS": "0",
        "form-INITIAL_FORMS": "0",
        "version": "1",
    }
    assert dina.post(day, form).status_code == 200
    dina.post(day, {**form, "confirmed": "1"})
    assert Change.objects.get().reason == "A course"
    assert SpecialDay.objects.get().name == "Course"


def test_a_special_day_is_set_for_several_dates_and_removed(dina, department):
    day = reverse("departments:set_special_day", args=[department.pk])
    form = {
        "date": "27.11.2026",
        "last_date": "28.11.2026",
        "name": "Course",
        "kind": "own",
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "0",
        "form-0-opens_at": "10",
        "form-0-closes_at": "24",
        "form-0-staff": "2",
        "version": "1",
    }
    dina.post(day, form)
    assert not SpecialDay.objects.exists()

    for _ in range(2):
        dina.post(day, {**form, "confirmed": "1"})
    assert [special.date for special in SpecialDay.objects.all()] == [
        FRIDAY,
        FRIDAY + dt.timedelta(days=1),
    ]
    hours = SpecialDay.objects.first().hours.get()
    assert (hours.staff, hours.opens_at, hours.closes_at) == (2, dt.time(10), dt.time(0))

    remove = reverse("departments:remove_special_day", args=[department.pk, FRIDAY])
    shown = {"version": "3"}
    dina.post(remove, shown)
    assert SpecialDay.objects.count() == 2
    dina.post(remove, {**shown, "confirmed": "1"})
    assert SpecialDay.objects.count() == 1
    assert dina.post(remove, {"confirmed": "1"}).status_code == 410


def test_own_hours_need_a_period(dina, department):
    page = dina.post(
        reverse("departments:set_special_day", args=[department.pk]),
        {
            "date": "27.11.2026",
            "name": "Course",
            "kind": "own",
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
        },
    )

    assert "kind" in page.context["form"].errors
    assert 'value="Course"' in page.text


@pytest.mark.parametrize("way", ["the session had ended", "another language"])
def test_all_periods_are_shown_again(dina, department, administrator, way):
    page = reverse("departments:special_days", args=[department.pk])
    action = reverse("departments:set_special_day", args=[department.pk])
    rows = {f"form-{n}-opens_at": f"1{n}:00" for n in range(5)}
    sent = {"name": "Course", "form-TOTAL_FORMS": "5", "form-INITIAL_FORMS": "0", **rows}
    if way == "another language":
        choose = reverse("accounts:choose_language")
        form_id = re.search(r'formaction="[^"]*form=([\w-]+)', dina.get(page).text)[1]
        url = f"{choose}?form={form_id}&next={page}"
        shown = dina.post(url, {**sent, "language": "nn"}, follow=True)
    else:
        dina.cookies[unsent.FORM_COOKIE] = browser = str(uuid.uuid4())
        UnsentForm.objects.create(
            user=administrator,
            browser=browser,
            path=action,
            fields=list(sent.items()),
            at=timezone.now(),
        )
        shown = dina.get(page)

    assert {name: form_to(action, shown).fields.get(name) for name in rows} == rows


def test_one_more_period_keeps_the_input(dina, department):
    page = dina.post(
        reverse("departments:set_special_day", args=[department.pk]),
        {
            "date": "27.11.2026",
            "name": "Course",
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-opens_at": "10",
            "more": "1",
        },
    )

    assert "form-2-opens_at" in page.text
    assert 'value="10"' in page.text


@pytest.mark.parametrize("more", [{}, {"more": "1"}])
def test_a_manipulated_form_shows_an_ordinary_page(dina, department, more):
    page = dina.post(
        reverse("departments:set_special_day", args=[department.pk]),
        {"date": "27.11.2026", "name": "Course", "kind": "own", "form-TOTAL_FORMS": "x", **more},
    )

    assert page.status_code == 200
    assert not SpecialDay.objects.exists()


def test_public_holidays_are_listed_without_being_added(dina, department):
    factories.OpeningHoursFactory(department=department, weekday=7, staff=2)

    page = dina.get(reverse("departments:special_days", args=[department.pk]))

    days = {day.date: day.kind for day in page.context["coming"].days}
    assert days[dt.date(2026, 12, 25)] == "sunday"
    assert days[dt.date(2027, 5, 17)] == "sunday"


@pytest.mark.parametrize("rows", [1, 7])
def test_the_pages_use_the_same_queries_for_many_rows(
    dina, department, rows, django_assert_max_num_queries
):
    for weekday in range(1, rows + 1):
        factories.OpeningHoursFactory(department=department, weekday=weekday)
        special = factories.SpecialDayFactory(
            department=department, date=FRIDAY + dt.timedelta(days=weekday)
        )
        factories.SpecialHoursFactory(special_day=special)
    with django_assert_max_num_queries(16):
        dina.get(reverse("departments:hours", args=[department.pk]))
    with django_assert_max_num_queries(16):
        dina.get(reverse("departments:special_days", args=[department.pk]))
    with django_assert_max_num_queries(16):
        dina.get(reverse("departments:changes", args=[department.pk]))


def test_the_menu_marks_opening_hours_for_special_days(dina, department):
    page = dina.get(reverse("departments:special_days", args=[department.pk]))

    current = [item.url for item in page.context["menu"] if item.is_current]
    assert current == [reverse("departments:hours", args=[department.pk])]


def test_a_lock_timeout_shows_the_form_again(dina, row, monkeypatch):
    def time_out(**_):
        raise Busy

    monkeypatch.setattr("departments.actions.change_opening_hours", time_out)

    page = dina.post(url("change_period", row), typed(staff="2"))

    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert 'value="2"' in page.text


WORKDAYS = ["1", "2", "3", "4", "5"]


def test_a_period_of_several_weekdays_is_one_change(dina, department):
    add = reverse("departments:add_period", args=[department.pk])
    form = typed(weekday=WORKDAYS)

    preview = dina.post(add, form)
    assert "Mandag–fredag 15:00–22:00, 2 employees" in preview.text
    assert not OpeningHours.objects.exists()
    for _ in range(2):
        dina.post(add, {**form, "confirmed": "1"})

    assert list(OpeningHours.objects.values_list("weekday", flat=True)) == [1, 2, 3, 4, 5]
    department.refresh_from_db()
    assert department.hours_version == 2
    undo = reverse("departments:undo_change", args=[department.pk, Change.objects.get().pk])
    dina.post(undo, {"confirmed": "1"})
    assert not OpeningHours.objects.exists()


def test_no_weekday_is_one_error(dina, department):
    page = dina.post(reverse("departments:add_period", args=[department.pk]), typed())

    assert page.context["form"].errors == {"weekday": ["Choose a weekday."]}


@pytest.mark.parametrize(("button", "days"), [("workdays", 5), ("all", 7)])
def test_a_button_chooses_weekdays_without_scripts(dina, department, button, days):
    add = reverse("departments:add_period", args=[department.pk])

    page = dina.post(add, typed(weekday="6", staff="11", days=button))

    assert page.text.count(" checked>") == days
    assert 'value="11"' in page.text
    assert not OpeningHours.objects.exists()


def test_a_new_period_begins_with_the_usual_times(dina, row, department):
    factories.OpeningHoursFactory(
        department=department, weekday=4, opens_at=row.opens_at, closes_at=row.closes_at, staff=3
    )
    factories.OpeningHoursFactory(department=department, weekday=3, staff=2)

    form = dina.get(reverse("departments:new_period", args=[department.pk])).context["form"]

    assert (form["opens_at"].initial, form["staff"].initial) == (dt.time(15), 3)
    assert form["weekday"].initial == [1, 2, 3, 4, 5]


def test_other_weekdays_follow_a_changed_period(dina, row, department):
    """A period with the same times is changed; where there is none, one is made."""
    like = factories.OpeningHoursFactory(
        department=department, weekday=4, opens_at=row.opens_at, closes_at=row.closes_at, staff=1
    )
    other = factories.OpeningHoursFactory(department=department, weekday=3)
    form = typed(also=["3", "4"], staff="2")

    preview = dina.post(url("change_period", row), form)
    assert preview.text.count('class="before"') == 2
    assert preview.text.count('class="new"') == 1
    for _ in range(2):
        dina.post(url("change_period", row), {**form, "confirmed": "1"})

    evenings = OpeningHours.objects.filter(opens_at=dt.time(15), valid_until=None)
    assert list(evenings.values_list("weekday", "staff")) == [(3, 2), (4, 2), (5, 2)]
    like.refresh_from_db()
    assert like.valid_until == FRIDAY - dt.timedelta(days=1)
    other.refresh_from_db()
    assert other.valid_until is None
    assert Change.objects.count() == 1


def test_other_weekdays_are_not_changed_when_the_hours_have_changed(dina, row):
    Department.objects.update(hours_version=2)
    page = dina.post(url("change_period", row), typed(also=["4"], confirmed="1"))

    assert page.status_code == 409
    assert page.context["form"]["also"].value() == ["4"]
    assert not OpeningHours.objects.filter(weekday=4).exists()
