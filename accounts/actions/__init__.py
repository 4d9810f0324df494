"""The verbs of log-in, contact channels and messages."""

from accounts.actions.addresses import (
    ask_for_change,
    change_address,
    confirm_change,
    forget_old_changes,
    needs_code,
    waited_for,
)
from accounts.actions.messages import (
    bounced,
    claim,
    deliver,
    end_overdue,
    forget_old_messages,
    mark_dead,
    post,
    printed,
    quiet_hours,
    send_due,
    trust_again,
)
from accounts.actions.preferences import choose_language, choose_messages, choose_view
from accounts.actions.tokens import create_token, revoke_all_tokens, revoke_token

__all__ = [
    "ask_for_change",
    "bounced",
    "change_address",
    "choose_language",
    "choose_messages",
    "choose_view",
    "claim",
    "confirm_change",
    "create_token",
    "deliver",
    "end_overdue",
    "forget_old_changes",
    "forget_old_messages",
    "mark_dead",
    "needs_code",
    "post",
    "printed",
    "quiet_hours",
    "revoke_all_tokens",
    "revoke_token",
    "send_due",
    "trust_again",
    "waited_for",
]
