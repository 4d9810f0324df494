"""Changes people make to themselves; ``actions.messages`` is what they are told."""

from accounts.actions.preferences import choose_language, choose_messages, choose_view
from accounts.actions.tokens import create_token, revoke_token

__all__ = ["choose_language", "choose_messages", "choose_view", "create_token", "revoke_token"]
