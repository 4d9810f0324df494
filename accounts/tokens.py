"""The secret of an API token, and the digest of it that is stored.

The prefix lets source code scanners recognise a published secret. A secret has 256 random
bits, so a plain hash is enough: it can't be guessed, and the time of an index look-up
reveals nothing about it.
"""

import hashlib
import secrets

PREFIX = "tjenesteshop_"


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
