import datetime as dt
import uuid

import time_machine
from django.utils import timezone

from accounts import access
from accounts.models import AccessLogEntry
from tests.factories import UserFactory

SUBJECTS = [uuid.uuid4() for _ in range(3)]
DEPARTMENT = uuid.uuid4()


def log(by, *subject_ids, what="workflow:board"):
    access.log_accesses(by=by, subject_ids=subject_ids, what=what, department_id=DEPARTMENT)


def test_a_list_is_logged_for_each_person_on_it(db, django_assert_num_queries):
    by = UserFactory()
    with django_assert_num_queries(2):
        log(by, *SUBJECTS)
    logged = AccessLogEntry.objects.values_list("actor", "subject_id", "department_id", "what")
    assert set(logged) == {(by.pk, subject, DEPARTMENT, "workflow:board") for subject in SUBJECTS}


def test_an_empty_list_costs_no_query(db, django_assert_num_queries):
    by = UserFactory()
    with django_assert_num_queries(0):
        log(by)


def test_repeated_access_is_one_entry_for_ten_minutes(db):
    by, subject = UserFactory(), SUBJECTS[0]
    log(by, subject)
    log(by, subject)
    assert AccessLogEntry.objects.count() == 1
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=11)):
        log(by, subject)
    assert AccessLogEntry.objects.count() == 2


def test_access_after_exactly_ten_minutes_is_another_entry(db):
    by, subject = UserFactory(), SUBJECTS[0]
    begun = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
    for seconds, entries in ((0, 1), (599, 1), (600, 2)):
        with time_machine.travel(begun + dt.timedelta(seconds=seconds), tick=False):
            log(by, subject)
        assert AccessLogEntry.objects.count() == entries


def test_of_a_list_only_subjects_without_a_recent_entry_are_logged(db):
    by = UserFactory()
    log(by, SUBJECTS[0])
    log(by, *SUBJECTS, SUBJECTS[1])
    logged = AccessLogEntry.objects.values_list("subject_id", flat=True)
    assert sorted(logged) == sorted(SUBJECTS)


def test_the_recipient_acted_for_is_in_the_session_and_on_the_request(rf):
    request = rf.get("/")
    request.session = {}

    access.act_for(request, SUBJECTS[0])
    assert request.session == {access.ACTING_FOR: str(SUBJECTS[0])}
    assert request.acting_for == SUBJECTS[0]

    access.act_for(request, None)
    access.act_for(request, None)
    assert request.session == {}
    assert request.acting_for is None


def test_another_page_subject_or_actor_is_another_entry(db):
    by, subject = UserFactory(), SUBJECTS[0]
    log(by, subject)
    log(by, subject, what="workflow:visit")
    log(by, SUBJECTS[1])
    access.log_access(
        by=UserFactory(), subject_id=subject, what="workflow:board", department_id=None
    )
    assert AccessLogEntry.objects.count() == 4
    assert AccessLogEntry.objects.filter(department_id=None).count() == 1
