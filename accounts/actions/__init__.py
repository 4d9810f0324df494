"""Everything that changes log-in, contact channels, messages and API tokens."""

from accounts.actions.addresses import (
    change_address,
    confirm_change,
    delete_old_changes,
    request_change,
)
from accounts.actions.changes import differing, record, record_all, values_of, was_made_by
from accounts.actions.coordinators import appoint_coordinator, dismiss_coordinator
from accounts.actions.dead_addresses import mark_dead, record_bounce, trust_again
from accounts.actions.delivery import claim, deliver, send_due
from accounts.actions.invitations import (
    accept_invitation,
    confirm_invitation,
    decline_invitation,
    delete_old_invitations,
    find_invited,
    invite,
    invite_by_letter,
    send_invitations,
    use_letter,
    withdraw_invitation,
)
from accounts.actions.log_ins import close_log_in, give_log_in, join_messages, open_log_in
from accounts.actions.login_codes import (
    delete_old_codes,
    find_login,
    send_another_code,
    send_code,
    use_code,
)
from accounts.actions.names import rename
from accounts.actions.outbox import (
    delete_old_messages,
    drop_messages_about,
    end_overdue,
    mark_printed,
    post,
)
from accounts.actions.preferences import choose_language, choose_messages, choose_view
from accounts.actions.tokens import (
    create_token,
    record_token_use,
    revoke_all_tokens,
    revoke_token,
)

__all__ = [
    "accept_invitation",
    "appoint_coordinator",
    "change_address",
    "choose_language",
    "choose_messages",
    "choose_view",
    "claim",
    "close_log_in",
    "confirm_change",
    "confirm_invitation",
    "create_token",
    "decline_invitation",
    "delete_old_changes",
    "delete_old_codes",
    "delete_old_invitations",
    "delete_old_messages",
    "deliver",
    "differing",
    "dismiss_coordinator",
    "drop_messages_about",
    "end_overdue",
    "find_invited",
    "find_login",
    "give_log_in",
    "invite",
    "invite_by_letter",
    "join_messages",
    "mark_dead",
    "mark_printed",
    "open_log_in",
    "post",
    "record",
    "record_all",
    "record_bounce",
    "record_token_use",
    "rename",
    "request_change",
    "revoke_all_tokens",
    "revoke_token",
    "send_another_code",
    "send_code",
    "send_due",
    "send_invitations",
    "trust_again",
    "use_code",
    "use_letter",
    "values_of",
    "was_made_by",
    "withdraw_invitation",
]
