"""Messages to users: kinds of notices, contact channels, quiet hours, e-mail and SMS."""
