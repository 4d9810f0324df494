"""What makes the files under ``static/``: vendoring, the icon sprite, the time grid."""
