"""/departments/<department>/recipients/: for its administrators; grants for case workers too."""

from django.urls import URLPattern, path

from booking.views.staff import (
    agreed_times,
    calls,
    contacts,
    former,
    grants,
    guardians,
    keys,
    letters,
    patterns,
    pauses,
    phone,
    recipients,
    relations,
)

urlpatterns: list[URLPattern] = [
    path("", recipients.recipients, name="recipients"),
    path("search/", recipients.search_recipients, name="search_recipients"),
    path("former/", former.find_former, name="find_former"),
    path("<uuid:recipient>/open/", former.open_access, name="open_access"),
    path("new/", recipients.new_recipient, name="new_recipient"),
    path("add/", recipients.add_recipient, name="add_recipient"),
    path("letters/", letters.letters, name="letters"),
    path("letters/print/", letters.all_letters, name="all_letters"),
    path("<uuid:recipient>/letter/", letters.letter, name="letter"),
    path("<uuid:recipient>/letter/printed/", letters.letter_printed, name="letter_printed"),
    path("<uuid:recipient>/address/trust/", letters.trust_address, name="trust_address"),
    path("<uuid:recipient>/", recipients.recipient, name="recipient"),
    path("<uuid:recipient>/change/", recipients.change_recipient, name="change_recipient"),
    path(
        "<uuid:recipient>/contact-email/change/",
        recipients.change_contact_email,
        name="change_contact_email",
    ),
    path("<uuid:recipient>/log-in/change/", recipients.change_log_in, name="change_log_in"),
    path("<uuid:recipient>/log-in/letter/", letters.invite_by_letter, name="invite_by_letter"),
    path("<uuid:recipient>/contacts/add/", contacts.add_contact, name="add_contact"),
    path(
        "<uuid:recipient>/contacts/<uuid:contact>/remove/",
        contacts.remove_contact,
        name="remove_contact",
    ),
    path(
        "<uuid:recipient>/relations/declare/", relations.declare_relation, name="declare_relation"
    ),
    path(
        "<uuid:recipient>/relations/<uuid:relation>/end/",
        relations.end_relation,
        name="end_relation",
    ),
    path("<uuid:recipient>/keys/change/", keys.change_keys, name="change_keys"),
    path(
        "<uuid:recipient>/guardians/register/",
        guardians.register_guardian,
        name="register_guardian",
    ),
    path(
        "<uuid:recipient>/guardians/<uuid:invitation>/confirm/",
        guardians.confirm_guardian,
        name="confirm_guardian",
    ),
    path(
        "<uuid:recipient>/guardians/<uuid:invitation>/withdraw/",
        guardians.withdraw_guardian,
        name="withdraw_guardian",
    ),
    path(
        "<uuid:recipient>/guardians/<uuid:mandate>/end/",
        guardians.end_guardian,
        name="end_guardian",
    ),
    # on the telephone
    path("<uuid:recipient>/phone/<uuid:service>/", phone.phone, name="phone"),
    path("<uuid:recipient>/phone/<uuid:service>/book/", phone.book_by_phone, name="book_by_phone"),
    path("<uuid:recipient>/visits/<uuid:booking>/", phone.phone_visit, name="phone_visit"),
    path(
        "<uuid:recipient>/visits/<uuid:booking>/move/", phone.move_by_phone, name="move_by_phone"
    ),
    path(
        "<uuid:recipient>/visits/<uuid:booking>/cancel/",
        phone.cancel_by_phone,
        name="cancel_by_phone",
    ),
    path("<uuid:recipient>/visits/<uuid:booking>/keep/", phone.keep_visit, name="keep_visit"),
    path(
        "<uuid:recipient>/series/<uuid:series>/go-on/",
        phone.go_on_by_phone,
        name="go_on_by_phone",
    ),
    path(
        "<uuid:recipient>/series/<uuid:series>/end/",
        phone.end_series_by_phone,
        name="end_series_by_phone",
    ),
    path("<uuid:recipient>/patterns/new/", patterns.new_pattern, name="new_pattern"),
    path("<uuid:recipient>/patterns/<uuid:pattern>/", patterns.pattern, name="pattern"),
    path(
        "<uuid:recipient>/patterns/<uuid:pattern>/end/", patterns.end_pattern, name="end_pattern"
    ),
    path(
        "<uuid:recipient>/patterns/<uuid:pattern>/dates/<int:date>/leave-out/",
        patterns.leave_out,
        name="leave_out",
    ),
    path(
        "<uuid:recipient>/patterns/<uuid:pattern>/dates/<int:date>/plan/",
        patterns.take_back_left_out,
        name="take_back_left_out",
    ),
    path("<uuid:recipient>/pause/", pauses.recipient_pause, name="recipient_pause"),
    path(
        "<uuid:recipient>/pause/<uuid:pause>/end/",
        pauses.end_pause_by_phone,
        name="end_pause_by_phone",
    ),
    path("<uuid:recipient>/pause/<uuid:pause>/answer/", pauses.answer_pause, name="answer_pause"),
    path(
        "<uuid:recipient>/pause/<uuid:pause>/confirm/",
        pauses.confirm_pause,
        name="confirm_pause",
    ),
    path("<uuid:recipient>/departure/report/", pauses.report_departure, name="report_departure"),
    path(
        "<uuid:recipient>/departure/<uuid:departure>/confirm/",
        pauses.confirm_departure,
        name="confirm_departure",
    ),
    path(
        "<uuid:recipient>/departure/<uuid:departure>/undo/",
        pauses.undo_departure,
        name="undo_departure",
    ),
    path("<uuid:recipient>/week/", phone.recipient_week, name="recipient_week"),
    path("grants/<uuid:grant>/", grants.grant, name="grant"),
    path("grants/<uuid:grant>/change/", grants.change_grant, name="change_grant"),
    path("grants/<uuid:grant>/replace/", grants.replace_grant, name="replace_grant"),
    path("grants/<uuid:grant>/ask/", grants.ask_reassessment, name="ask_reassessment"),
    path("grants/<uuid:grant>/answer/", grants.answer_reassessment, name="answer_reassessment"),
    path("grants/<uuid:grant>/agreed-times/add/", agreed_times.agree_time, name="agree_time"),
    path(
        "grants/<uuid:grant>/agreed-times/<uuid:agreed_time>/end/",
        agreed_times.end_agreed_time,
        name="end_agreed_time",
    ),
    path(
        "grants/<uuid:grant>/agreed-times/<uuid:agreed_time>/seen/",
        agreed_times.see_given_up,
        name="see_given_up",
    ),
    path("grants/<uuid:grant>/called/", calls.note_call, name="note_call"),
    path(
        "<uuid:recipient>/visits/<uuid:booking>/not-again/",
        calls.needs_no_other_time,
        name="needs_no_other_time",
    ),
]
