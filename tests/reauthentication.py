"""A browser whose user has just logged in again, for tests about what that opens."""

import time


def logged_in_again(client):
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "code", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client
