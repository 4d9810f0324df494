"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from serviceshop.env import SettingError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serviceshop.settings")

try:
    application = get_wsgi_application()
except SettingError as error:
    raise SystemExit(str(error)) from None  # in words, without a traceback
