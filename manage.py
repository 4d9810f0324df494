#!/usr/bin/env python
"""Django's command line. Starts or joins local services first (``serviceshop.local``)."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serviceshop.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from serviceshop.env import SettingError
    from serviceshop.local import LocalServiceError, local_services

    try:
        with local_services(sys.argv) as argv:
            # Django keeps an error of the settings to itself until a command needs them, and some
            # fail before that with other words.
            _ = settings.SECRET_KEY if argv[1:2] != ["help"] else ""
            execute_from_command_line(argv)
    except SettingError as error:
        sys.exit(
            f"{error} docs/settings.md lists every variable;"
            " `manage.py demo` and `--data-dir DIR` need none."
        )
    except LocalServiceError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
