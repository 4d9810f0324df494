"""The pieces of speed machinery that can be measured alone: ``--without NAME``.

A piece is SQL written by hand, rendered text that a process keeps, or a cache. It stays
when the figure that it serves would be at least a tenth higher without it.
"""

from collections.abc import Collection
from dataclasses import dataclass

ENOUGH = 0.1  # of a figure
CONTROL = "control"


@dataclass(frozen=True)
class Piece:
    name: str
    what: str
    plain: str  # in benchmarks.plain, as "module.function" or "module.function:argument"
    serves: tuple[str, ...]  # figures of benchmarks.without
    at_start: bool = False  # whether processes read it when they start
    stays_because: str = ""  # although no figure needs it

    def verdict(self, gains: Collection[float]) -> str:
        """``gains`` are parts of the figures that it serves."""
        if self.name == CONTROL:
            return "–"
        if ":" in self.name:
            return f"part of `{self.name.partition(':')[0]}`"
        if max(gains) >= ENOUGH:
            return "stays"
        return f"stays: {self.stays_because}" if self.stays_because else "goes"


_PAGES = ("calendar-warm", "calendar-unchanged")
_LOCKS = ("booking-spread", "booking-crowd")  # how long others wait counts too

PIECES = {
    one.name: one
    for one in (
        Piece(
            CONTROL,
            "nothing: what two equal servers differ by",
            "database.nothing",
            ("calendar-warm", "booking-spread"),
        ),
        # -- Statements --
        Piece(
            "compiled-statements",
            "`database.statements`: a query's SQL is built once",
            "database.orm_builds_sql",
            ("calendar-unchanged", "calendar-warm", "slots-api", "booking-spread"),
        ),
        Piece(
            "session-user-roles",
            "`serviceshop.sessions`: session, user and roles in one statement",
            "people.session_then_user_then_roles",
            _PAGES,
        ),
        Piece(
            "person-statement",
            "`booking.queries.person`: all of a person in one statement",
            "people.person_by_table",
            (*_PAGES, "slots-api"),
        ),
        Piece(
            "recipient-statements",
            "`booking.queries.recipients`: recipient and service in one statement",
            "people.recipients_by_model",
            ("booking-spread",),
        ),
        Piece(
            "token-statement",
            "`accounts.queries`: a token and its owner by a compiled statement",
            "people.token_by_model",
            ("slots-api",),
        ),
        Piece(
            "summary-statement",
            "`day_seatings.summarized_starts`: starts that a count of alike seats decides",
            "offers.whole_days_seated",
            ("calendar-cold", "calendar-saturated"),
        ),
        Piece(
            "known-statement",
            "`booking_sql._KNOWN`: what a booking must know in one statement",
            "bookings.known_by_table",
            ("booking-spread",),
        ),
        Piece(
            "seats-statement",
            "`booking_sql._SEATS`: only the free shifts of the Day",
            "bookings.whole_day_read",
            _LOCKS,
        ),
        Piece(
            "insert-statement",
            "`booking_sql.insert_all`: all rows of a booking in one statement",
            "bookings.rows_saved_one_by_one",
            ("booking-spread",),
        ),
        Piece(
            "insert-text",
            "`booking_sql._insertion`: a model's INSERT is worded once",
            "bookings.inserts_worded_each_time",
            ("booking-spread",),
        ),
        Piece(
            "recipient-lock",
            "`locks.locking`: the recipient is locked in the round trip of the question",
            "bookings.recipient_locked_by_orm",
            _LOCKS,
        ),
        Piece(
            "day-lock",
            "`departments.actions.days._LOCK`: Days are locked in the round trip of the question",
            "bookings.days_locked_by_orm",
            _LOCKS,
        ),
        # -- Connections and stores --
        Piece(
            "pipeline",
            "`database.pipeline`: several statements in one round trip",
            "database.one_statement_at_a_time",
            _LOCKS,
        ),
        Piece(
            "commit-with-last",
            "`Ending.finish_with`: COMMIT in the round trip of the last statement",
            "database.django_commits",
            _LOCKS,
        ),
        Piece(
            "prepared-statements",
            "`DATABASES` options: PostgreSQL plans a statement once",
            "database.nothing_prepared",
            ("booking-spread", "calendar-unchanged"),
            at_start=True,
        ),
        Piece(
            "connection-check",
            "`database.postgres`: no `SELECT 1` at the start of a request",
            "database.select_1",
            ("calendar-unchanged",),
            stays_because="the round trip that it saves is not CPU time, and what is done when"
            " the database is away builds on it",
        ),
        Piece(
            "counting-in-steps",
            "`accounts.rate`: a token's requests are counted in Redis in steps",
            "database.each_request_counted",
            ("slots-api",),
        ),
        # -- Offers kept in the process --
        Piece(
            "date-cache",
            "`free._dates`: a date's slots by the Days' revisions",
            "offers.no_dates_kept",
            ("calendar-warm", "slots-api"),
        ),
        Piece(
            "needs-cache",
            "`free._needs`: what services ask of a carer, by the rules' revision",
            "offers.no_needs_kept",
            ("calendar-warm", "calendar-cold", "slots-api"),
        ),
        Piece(
            "overlay-cache",
            "`SharedDay.overlaid`: equal overlays of a day share one object",
            "offers.days_overlaid_each_time",
            ("calendar-warm", "slots-api"),
        ),
        Piece(
            "made-cache",
            "`DayOffer.made`: a day's row, runs and JSON are made once",
            "offers.nothing_made_of_days_kept",
            ("calendar-warm", "slots-api"),
        ),
        Piece(
            "slots-as-text",
            "`booking.api.slots`: JSON joined from texts, not by the schema",
            "offers.slots_by_schema",
            ("slots-api",),
        ),
        Piece(
            "slot-text-cache",
            "`booking.api.slots._slot`: a slot is written once",
            "offers.slots_written_each_time",
            ("slots-api", "slots-api-cold"),
        ),
        # -- Rendered text kept in the process --
        Piece(
            "fixed-blocks",
            "`{% fixed %}`: blocks of pages are rendered once (all of them)",
            "pages.blocks_rendered",
            ("calendar-warm",),
        ),
        *(
            Piece(
                f"fixed-blocks:{template}",
                f"`{{% fixed %}}` in `templates/{template}` alone",
                f"pages.blocks_rendered:{template}",
                ("calendar-warm",),
            )
            for template in (
                "_page.html",
                "base.html",
                "_brand.html",
                "_language.html",
                "_footer.html",
                "booking/calendar.html",
                "booking/_next_visit.html",
                "booking/_balances.html",
                "booking/_days.html",
                "booking/_week.html",
                "booking/_week_grid.html",
            )
        ),
        Piece(
            "week-frame-cache",
            "`templatetags.calendar._frame`: a column without its runs",
            "pages.week_frames_rendered",
            ("calendar-warm", "calendar-cold"),
        ),
        Piece(
            "week-run-cache",
            "`templatetags.calendar._run`: one run of a column",
            "pages.week_runs_rendered",
            ("calendar-warm", "calendar-cold"),
        ),
    )
}
