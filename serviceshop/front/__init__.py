"""Commands that generate files under ``static/``: vendored packages, icons, time grid."""
