"""Every action that takes ``by`` uses it and records a change; every change is described.

The source is read, so that a new action can't be forgotten.
"""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

from accounts import changes
from accounts.models import Change

ROOT = Path(__file__).parent.parent
APPS = ("accounts", "departments", "booking", "workflow")
SOURCES = {
    path: ast.parse(path.read_text())
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts
}
ACTORS = {"by", "provenance"}
RECORDERS = {"record", "record_all"}

# Actions that take ``by`` and record no ``Change``, and why.
OTHERS = {
    "book": "a BookingEvent",
    "move": "a BookingEvent",
    "cancel": "a BookingEvent",
    "book_kept": "a BookingEvent",
    "see_given_up": "its row says who and when",
    "answer_open": "its callers record the answer, or are a BookingEvent",
    "stop_visits": "a BookingEvent for each",
    "cancel_in_pause": "a BookingEvent for each",
    "cancel_of_pattern": "a BookingEvent for each",
    "choose_language": "how pages look to the user",
    "choose_view": "how pages look to the user",
    "request_change": "recorded when it is confirmed",
    "lay_out": "records the shifts that lose their name",
    "lay_out_again": "made by the hours, whose change is recorded",
    "change_shifts": "its callers record what they change",
    "find_invited": "changes nothing",
    "was_made_by": "changes nothing",
    "note_attempt": "its row says who and when, and never changes",
    "open_no_contact": "its row says who and when; the recipient reads changes",
    "reseat": "records the visits that lose their carer",
}


# Functions of ``actions`` that take no actor, by why. One that is missing here must take ``by``.
WITHOUT_ACTOR = {
    "changes nothing": {
        "differing", "digest_of", "due", "find_login", "hashed",
        "horizon_dates", "known_of", "lock_days_and_query", "lock_query", "opens_more",
        "paused_until", "preview", "qualifications_of", "replacement", "revision_bumped",
        "rules_ahead",
        "seating_of_rows", "seats_free", "values_of",
    },
    "takes a lock": {
        "lock_days", "lock_department", "lock_person", "lock_recipient", "lock_recipient_of",
        "one_transaction",
    },
    "a part of actions that record": {
        "bump_revision", "carry_agreed_times", "charge", "charge_by_reports", "clear_name",
        "follow_absences", "give_log_in", "insert_all", "keep_again_on_commit", "keep_seat",
        "release_kept", "close_log_in", "drop_messages_about", "open_log_in",
        "insertion_of", "join_messages", "keep_name", "keep_phone", "move_seats", "record_all",
        "rename", "save_if",
    },
    "lays out days from hours, whose change is recorded": {
        "ensure_laid_out", "lay_out_horizon", "lay_out_missing", "lay_out_now",
    },
    "records the user who does it, found by itself": {
        "accept_invitation", "accept_mandate", "join_person", "join_recipient", "use_letter",
    },
    "own plans are nobody else's business": {
        "add_plan", "forget_past_plans", "remove_plan", "replace_busy_times",
    },
    "runs by itself, and records that": {
        "close_due_days", "mark_dead", "record_bounce",
    },
    "runs by itself, and changes nothing that people decide": {
        "alert_unbooked", "announce", "book_all_series", "book_kept_on",
        "keep_agreed_times", "keep_for", "book_what_is_near", "claim",
        "release_unseated",
        "count_slack",
        "delete_old_changes", "delete_old_codes", "delete_old_invitations",
        "delete_old_messages", "deliver", "end_overdue", "look_for_openings", "make_plan",
        "plan_all_patterns", "plan_date_again", "plan_missing", "plan_near", "plan_patterns_of",
        "rebook_date",
        "note_reading", "notify", "notify_of_expired_mandates", "plan_stale_days", "post",
        "record_failure", "record_success", "record_token_use", "register_invitation_kinds",
        "remind", "send_alarms", "send_due", "send_invitations", "settle", "settle_due_days",
    },
    "a log-in under way": {"send_another_code", "send_code", "use_code"},
}  # fmt: skip
RECORDING = (
    "records the user who does it, found by itself",
    "runs by itself, and records that",
)


def is_action(path):
    return path.parent.name == "actions"


def actions():
    for path, tree in SOURCES.items():
        if is_action(path):
            for node in tree.body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    yield node


def names_used(node):
    return {one.id for part in node.body for one in ast.walk(part) if isinstance(one, ast.Name)}


def calls(node):
    """The names of the functions that are called in the node."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call):
            function = one.func
            if isinstance(function, ast.Name):
                yield function.id, one
            elif isinstance(function, ast.Attribute) and in_module(function.value):
                yield function.attr, one


def in_module(node):
    """Whether a call on the node is one of a module of actions, or of a manager."""
    if isinstance(node, ast.Name):
        return node.id.endswith("actions") or node.id == "days"
    return any(isinstance(one, ast.Name) and one.id == "Change" for one in ast.walk(node))


def takes_actor(node):
    return {one.arg for one in (*node.args.args, *node.args.kwonlyargs)} & ACTORS


def test_every_action_uses_the_actor_that_it_takes():
    dropped = [
        node.name
        for node in actions()
        if (taken := takes_actor(node)) and not taken & names_used(node)
    ]
    assert dropped == []


def recording_functions():
    """Names of functions that record a change, themselves or by calling another."""
    called = defaultdict(set)
    for path, tree in SOURCES.items():
        for node in ast.walk(tree):
            if is_action(path) and isinstance(node, ast.FunctionDef):
                called[node.name] |= {name for name, _call in calls(node)}
    for consequence in ("reseat", "lay_out"):  # not the change itself
        del called[consequence]
    found = set(RECORDERS)
    while new := {name for name, others in called.items() if others & found} - found:
        found |= new
    return found


def test_every_action_that_takes_an_actor_records_a_change():
    recording = recording_functions()
    silent = {node.name for node in actions() if takes_actor(node)} - recording
    assert silent == set(OTHERS)


def test_every_action_takes_an_actor_or_has_a_reason():
    without = {node.name for node in actions() if not takes_actor(node)}
    assert without == set().union(*WITHOUT_ACTOR.values())
    recording = recording_functions()
    assert {name for why in RECORDING for name in WITHOUT_ACTOR[why]} <= recording


def recorded_verbs():
    """Verbs that stand in the source as the first or second argument, or as ``verb=``."""
    found = set()
    for tree in SOURCES.values():
        for name, call in calls(tree):
            if name == "Change":
                found |= {
                    one.value.value
                    for one in call.keywords
                    if one.arg == "verb" and isinstance(one.value, ast.Constant)
                }
            elif name.lstrip("_") in {"record", "record_change", "record_rows"}:
                found |= {
                    argument.value
                    for argument in call.args[:2]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                }
    return found


def test_every_recorded_verb_is_described_and_no_other():
    described = {verb for kind in changes.all_kinds() for verb in kind.describers}
    assert recorded_verbs() == described


def test_no_verb_is_described_twice():
    verbs = [verb for kind in changes.all_kinds() for verb in kind.describers]
    assert len(verbs) == len(set(verbs))


def test_no_source_changes_or_deletes_a_recorded_change():
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, tree in SOURCES.items()
        for name, call in calls(tree)
        if name in {"update", "delete", "bulk_update", "update_or_create"}
        and any(isinstance(one, ast.Name) and one.id == "Change" for one in ast.walk(call.func))
    ]
    assert wrong == []


def test_a_recorded_change_refuses_to_be_changed_or_deleted(db):
    change = Change.objects.create(verb="close_day")
    for refused in (
        change.save,
        change.delete,
        Change.objects.all().delete,
        lambda: Change.objects.update(reason="other"),
        lambda: Change.objects.bulk_update([change], ["reason"]),
    ):
        with pytest.raises(TypeError):
            refused()

    assert Change.objects.get().verb == "close_day"
