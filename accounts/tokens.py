"""The secret of an API token: how it looks, and what is kept of it.

The prefix lets scanners of source code recognise one that somebody published. It holds
256 random bits, so a plain hash is enough: there is nothing to guess, and looking a
digest up in an index tells nothing about the secret however long it takes.
"""

import hashlib
import secrets

PREFIX = "tjenesteshop_"


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
