import datetime as dt
import itertools
import uuid

import pytest

from departments.hours import Interval, ShiftDraft
from departments.layout import ExistingShift, match

ROW, OTHER_ROW = uuid.uuid4(), uuid.uuid4()


def hours(start, end):
    midnight = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    return Interval(midnight + dt.timedelta(hours=start), midnight + dt.timedelta(hours=end))


def draft(start, end, row=ROW, pause=None):
    return ShiftDraft(hours(start, end), pause, frozenset(), row, is_special=False)


def existing(start, end, *visits, row=ROW, **more):
    return ExistingShift(
        uuid.uuid4(), hours(start, end), None, row, visits=[hours(*v) for v in visits], **more
    )


def kept(shifts, drafts):
    """The periods of the kept shifts; asserts that they do not depend on the input's order."""
    found = set()
    for order in itertools.permutations(shifts):
        for wanted in (drafts, drafts[::-1]):
            result = match(order, wanted)
            found.add(frozenset((shift.id, draft.period) for shift, draft in result.kept))
    assert len(found) == 1
    return dict(next(iter(found)))


def test_equal_hours_keep_their_shift():
    early, late = existing(7, 15), existing(14, 22)

    assert kept([early, late], [draft(14, 22), draft(7, 15)]) == {
        early.id: hours(7, 15),
        late.id: hours(14, 22),
    }


def test_a_named_shift_is_kept_before_an_unnamed_one():
    named, unnamed = existing(7, 15, is_named=True), existing(7, 15, (9, 10))

    assert kept([named, unnamed], [draft(7, 15)]) == {named.id: hours(7, 15)}


def test_a_shift_at_work_is_kept_before_a_withdrawn_one():
    working = existing(7, 15, is_named=True)
    away = existing(7, 15, is_named=True, is_withdrawn=True)

    assert kept([working, away], [draft(7, 15)]) == {working.id: hours(7, 15)}


def test_a_shift_with_visits_is_kept_before_an_empty_one():
    empty, full = existing(7, 15), existing(7, 15, (8, 9), (9, 10))

    assert kept([empty, full], [draft(7, 15)]) == {full.id: hours(7, 15)}


def test_a_shift_takes_the_hours_that_fit_most_of_its_visits():
    shift = existing(7, 15, (7, 8), (13, 14), (14, 15))

    assert kept([shift], [draft(7, 13), draft(12, 15)]) == {shift.id: hours(12, 15)}


def test_a_visit_within_the_new_break_does_not_fit():
    shift = existing(7, 15, (11, 12))
    with_break = draft(7, 16, pause=hours(11, 12))

    assert kept([shift], [with_break, draft(10, 13)]) == {shift.id: hours(10, 13)}


def test_without_visits_the_longest_overlap_decides():
    shift = existing(7, 15)

    assert kept([shift], [draft(6, 9), draft(8, 16)]) == {shift.id: hours(8, 16)}


def test_a_named_shift_takes_the_changed_hours_before_an_unnamed_one():
    named, unnamed = existing(7, 15, is_named=True), existing(7, 15, (9, 10))

    assert kept([named, unnamed], [draft(8, 16)]) == {named.id: hours(8, 16)}


def test_hours_that_do_not_overlap_keep_nothing():
    shift = existing(7, 11)

    result = match([shift], [draft(11, 15)])

    assert result.kept == []
    assert result.surplus == [shift]
    assert result.missing == [draft(11, 15)]


def test_equal_hours_of_two_rows_each_keep_their_own():
    one, other = existing(7, 15), existing(7, 15, row=OTHER_ROW)

    result = match([other, one], [draft(7, 15), draft(7, 15, OTHER_ROW)])

    assert {(shift.id, wanted.hours_id) for shift, wanted in result.kept} == {
        (one.id, ROW),
        (other.id, OTHER_ROW),
    }


@pytest.mark.parametrize(("before", "after"), [(2, 5), (5, 2), (3, 3), (0, 2), (2, 0)])
def test_kept_and_missing_are_as_many_as_the_drafts(before, after):
    result = match([existing(7, 15) for _ in range(before)], [draft(7, 15)] * after)

    assert len(result.kept) + len(result.missing) == after
    assert len(result.surplus) == max(before - after, 0)


def test_hours_that_overlap_take_only_as_many_shifts_as_they_ask_for():
    two = [existing(7, 15), existing(7, 15)]

    result = match(two, [draft(8, 16)])

    assert len(result.kept) == len(result.surplus) == 1
    assert result.missing == []


def test_hours_that_kept_their_own_shift_take_no_other():
    """The equal shift has them; the one that only overlaps is surplus."""
    equal, other = existing(7, 15), existing(8, 16)

    result = match([other, equal], [draft(7, 15)])

    assert [shift for shift, _ in result.kept] == [equal]
    assert result.surplus == [other]
    assert result.missing == []


def test_equal_hours_of_another_row_keep_the_shift_with_its_break_the_same():
    pause, other_pause = hours(11, 12), hours(12, 13)
    shift = ExistingShift(uuid.uuid4(), hours(7, 15), pause, OTHER_ROW)
    same, moved = draft(7, 15, pause=pause), draft(7, 15, pause=other_pause)

    for drafts in ([same, moved], [moved, same]):
        result = match([shift], drafts)
        assert result.kept == [(shift, same)]
        assert result.missing == [moved]


def test_among_equal_hours_a_shift_stays_with_its_own_row():
    shift = existing(7, 15, row=OTHER_ROW)
    own, others = draft(7, 15, OTHER_ROW), draft(7, 15)

    for drafts in ([own, others], [others, own]):
        assert match([shift], drafts).kept == [(shift, own)]


def test_one_with_more_visits_that_fit_takes_the_hours_before_one_with_more_overlap():
    fits = existing(12, 16, (14, 15))
    overlaps = existing(7, 15, (7, 8))

    assert kept([overlaps, fits], [draft(9, 17)]) == {fits.id: hours(9, 17)}


def test_with_all_else_alike_one_at_work_takes_changed_hours_before_one_who_is_away():
    working, away = existing(7, 15), existing(7, 15, is_withdrawn=True)

    assert kept([away, working], [draft(8, 16)]) == {working.id: hours(8, 16)}


def test_a_visit_beside_the_new_break_still_fits():
    shift = existing(7, 15, (10, 11), (12, 13))

    assert shift.visits_kept(draft(7, 16, pause=hours(11, 12))) == 2
    assert shift.visits_kept(draft(7, 16, pause=hours(10, 12))) == 1
    assert shift.visits_kept(draft(11, 16)) == 1
    assert shift.visits_kept(draft(7, 16)) == 2


def test_many_shifts_and_hours_find_each_other_whatever_their_order():
    shifts = [existing(7, 15, (8, 9)), existing(7, 15, is_named=True), existing(9, 17)]
    drafts = [draft(8, 16), draft(8, 16), draft(10, 18)]

    found = kept(shifts, drafts)

    assert found == {
        shifts[0].id: hours(8, 16),
        shifts[1].id: hours(8, 16),
        shifts[2].id: hours(10, 18),
    }


def test_of_hours_that_are_alike_the_same_row_is_taken_in_any_order():
    shift, own, others = existing(7, 15), draft(8, 16), draft(8, 16, OTHER_ROW)

    assert match([shift], [own, others]).kept == match([shift], [others, own]).kept
