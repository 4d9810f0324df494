"""Settings, read from the environment; docs/settings.md lists every variable.

The defaults are for production, which does not start without its secrets and URLs. The
demonstration switches things on (``SERVICESHOP_DEMO=1``). A value that can't be right stops the
program with the variable's name (``serviceshop/env.py``); ``serviceshop/checks.py`` warns about
variables that look like ours and are not read.
"""

import re
from pathlib import Path

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF

from serviceshop import env

BASE_DIR = Path(__file__).resolve().parent.parent

# -- What runs here ---------------------------------------------------------

DEMO = env.flag("SERVICESHOP_DEMO")
DATA_DIR = Path(env.text("SERVICESHOP_DATA_DIR", str(BASE_DIR / ".data" / "demo")))
DEBUG = env.flag("DEBUG")
SHOWS_COMPONENTS = DEBUG  # the page of all components, for those who make pages
# serviceshop/gunicorn.py sets the flag for its own processes.
IS_WEB_SERVER = env.flag("SERVICESHOP_WEB_SERVER")
# None: a public web server does not start without a value.
_public = IS_WEB_SERVER and not (DEMO or DEBUG)
MUNICIPALITY = env.text("MUNICIPALITY", None if _public else "Fjordvik kommune")
MUNICIPALITY_PHONE = env.phone("MUNICIPALITY_PHONE", None if _public else "33 00 10 00")
EMERGENCY_PHONE = env.phone("EMERGENCY_PHONE", "113")
DOCTOR_PHONE = env.phone("DOCTOR_PHONE", "116 117")  # out-of-hours medical service
ACCESSIBILITY_STATEMENT = env.url("ACCESSIBILITY_STATEMENT", "")
RELEASE = "0.1.0"
# The tag of an image, such as "latest", is not shown: it says nothing about the version.
VERSION = env.text("SERVICESHOP_VERSION", RELEASE)
if not re.match(r"v?\d", VERSION):
    VERSION = RELEASE

SECRET_KEY = env.secret("SECRET_KEY", shortest=50)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
if _public and not ALLOWED_HOSTS:
    raise env.SettingError("Set the environment variable ALLOWED_HOSTS.")
if (DEMO or DEBUG) and not all(map(env.is_local, ALLOWED_HOSTS)):
    # The demonstration lets everybody log in as anybody; DEBUG shows data and settings.
    raise env.SettingError(
        f"{'SERVICESHOP_DEMO' if DEMO else 'DEBUG'} must be off where ALLOWED_HOSTS has other"
        " names than localhost: it opens the pages to everybody."
    )

# -- Applications -----------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "anymail",
    "csp",
    "django_htmx",
    "template_partials",
    "accounts",
    "departments",
    "booking",
    "workflow",
    "serviceshop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "serviceshop.http.content_security.ContentSecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Safe against BREACH: CSRF tokens are masked differently each time, and up to a hundred
    # random bytes hide the length.
    "django.middleware.gzip.GZipMiddleware",
    "serviceshop.api.ProblemsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "serviceshop.roles.AuthenticationMiddleware",
    "accounts.middleware.PrivatePagesMiddleware",
    "accounts.middleware.ActingForMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "serviceshop.role_choice.RoleChoiceMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "serviceshop.http.method_not_allowed.MethodNotAllowedMiddleware",
    "serviceshop.http.lock_timeouts.LockTimeoutMiddleware",
    "accounts.middleware.UnsentFormMiddleware",  # after messages, which it adds to
]

ROOT_URLCONF = "serviceshop.urls"
WSGI_APPLICATION = "serviceshop.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "serviceshop.context_processors.site",
            ],
        },
    },
]

# templates/django/forms renders form fields with Designsystemet.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Stores -----------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        env.url("DATABASE_URL", schemes=("postgresql", "postgres")),
        engine="database.postgres",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
# How long one statement may take, in seconds. The web server answers 503 rather than let
# people wait longer; tasks and commands have more time.
DATABASE_TIMEOUT = env.number("DATABASE_TIMEOUT", 2, 1, 60)
STATEMENT_SECONDS = DATABASE_TIMEOUT if IS_WEB_SERVER else 30
LOCK_SECONDS = min(STATEMENT_SECONDS, 5)
# A pooler such as PgBouncer gives each transaction another connection of the server: nothing that
# belongs to a session may be used. The role sets the limits then (docs/operation.md).
DATABASE_POOLER = env.flag("DATABASE_POOLER")
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLER
# The URL may contain options, such as ?sslmode=verify-full.
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    # Prepared statements save a fifth of the time of a booking.
    "server_side_binding": True,
    "prepare_threshold": None if DATABASE_POOLER else 2,
    "connect_timeout": 2 if IS_WEB_SERVER else 5,
    # The server keeps the limits below; this one holds when the server itself is frozen.
    "longest_wait": STATEMENT_SECONDS + 0.5,
}
if not DATABASE_POOLER:
    DATABASES["default"]["OPTIONS"]["options"] = (
        f"-c lock_timeout={LOCK_SECONDS}s -c statement_timeout={STATEMENT_SECONDS}s"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
CACHES = {
    "default": {
        "BACKEND": "serviceshop.redis.cache.FailOpenRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.3},
    }
}
SESSION_ENGINE = "serviceshop.sessions"

# -- People -----------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["serviceshop.roles.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "request_login_code": "accounts.forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts.forms.ConfirmLoginCodeForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # tells allauth that log-in has a password
ACCOUNT_EMAIL_VERIFICATION = "none"  # staff have checked the address
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers
ACCOUNT_EMAIL_NOTIFICATIONS = True  # mail about a changed password
ACCOUNT_LOGIN_TIMEOUT = 15 * 60  # seconds
# Django's own: allauth's writes a row for an address, and only for one that somebody has.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
# Of one IP address only. What concerns one account is counted in the database
# (accounts/attempts.py): also while the cache is away, and so that strangers block nobody.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip",
    "request_login_code": "20/m/ip",
    "reset_password": "20/m/ip",
    "use_letter": "20/m/ip",
}
# Without this, all users behind a proxy would share one IP address and one rate limit.
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXIES", 0 if DEMO or DEBUG else 1, 0, 10)
# A session ends with the browser, or after a working day.
ACCOUNT_SESSION_REMEMBER = False
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"

# -- The API ----------------------------------------------------------------

API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 300, 1)  # per token

# -- Language and time ------------------------------------------------------

# The name of each language in that language. A municipality can add languages whose catalogues
# are in LOCALE_DIR; its catalogues take precedence over ours.
LANGUAGES = [
    ("nb", "Bokmål"),
    ("nn", "Nynorsk"),
    ("en", "English"),
    *env.languages("MORE_LANGUAGES"),
]
LANGUAGE_CODE = env.choice("DEFAULT_LANGUAGE", "nb", dict(LANGUAGES))
LOCALE_PATHS = [BASE_DIR / "locale"]
if _folder := env.text("LOCALE_DIR", ""):
    LOCALE_PATHS.insert(0, Path(_folder))
for _code, _name in LANGUAGES[3:]:
    if not (LOCALE_PATHS[0] / _code / "LC_MESSAGES" / "django.mo").is_file():
        raise env.SettingError(
            f"LOCALE_DIR must be a folder with {_code}/LC_MESSAGES/django.mo, since"
            f" MORE_LANGUAGES names {_code}."
        )
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/Oslo")

# -- Celery -----------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# Each queue has its own worker, so that a slow mail server delays no plan.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "workflow.tasks.send_alarms": {"queue": "messages"},
    "workflow.tasks.*": {"queue": "plans"},
    "accounts.tasks.*": {"queue": "messages"},
    "booking.tasks.announce": {"queue": "messages"},
    "booking.tasks.remind": {"queue": "messages"},
}
CELERY_TASK_TIME_LIMIT = 3600  # seconds; tasks that others wait for have shorter limits
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # a task waits in the broker, not behind a slow one
# One short attempt to send a message: serviceshop/redis/best_effort.py explains why.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.3,
    "socket_timeout": 0.5,
    "max_retries": 0,
    "health_check_interval": 5,  # finds dead connections
    # Messages are acknowledged in the worker alone. When Valkey does not answer for a second,
    # an acknowledgement there fails, and the worker would take no further message.
    "ack_emulation": False,
}
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker forever
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # workers use LOGGING, too
CELERY_WORKER_REDIRECT_STDOUTS = False  # what the demonstration prints is for its reader
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"  # in other zones, crontab schedules fail at clock changes
# What is due once a night runs every hour, and finds in the database whether there is work left:
# beat may have lost its file, and a whole night with it.
_hourly = {"expires": 3000.0}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "lay out days": {
        "task": "departments.tasks.lay_out_days",
        "schedule": crontab(minute="10"),
        "options": _hourly,
    },
    "plan visits by patterns": {
        "task": "booking.tasks.plan_patterns",
        "schedule": crontab(minute="20"),
        "options": _hourly,
    },
    "keep agreed times": {
        "task": "booking.tasks.keep_agreed_times",
        "schedule": crontab(minute="25"),
        "options": _hourly,
    },
    "book what repeats": {
        "task": "booking.tasks.book_series",
        "schedule": crontab(minute="30"),
        "options": _hourly,
    },
    "forget plans that are past": {
        "task": "booking.tasks.forget_past_plans",
        "schedule": crontab(minute="55"),
        "options": _hourly,
    },
    "notify about ended mandates": {
        "task": "booking.tasks.tell_of_ended_mandates",
        "schedule": crontab(minute="50"),
        "options": _hourly,
    },
    # From here on: work whose message was lost. Messages expire if no worker takes them.
    "plan stale days": {
        "task": "workflow.tasks.plan_stale_days",
        "schedule": 2.0,
        "options": {"expires": 10.0},
    },
    "announce what was booked": {
        "task": "booking.tasks.announce",
        "schedule": 3.0,
        "options": {"expires": 10.0},
    },
    "remind of visits": {
        "task": "booking.tasks.remind",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
    "find openings for wishes": {
        "task": "booking.tasks.look_for_openings",
        "schedule": 20.0,
        "options": {"expires": 20.0},
    },
    "stop charging visits without a carer": {
        "task": "booking.tasks.release_unseated",
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "send messages": {
        "task": "accounts.tasks.send_messages",
        "schedule": 3.0,
        "options": {"expires": 10.0},
    },
    "send alarms of visits without contact": {
        "task": "workflow.tasks.send_alarms",
        "schedule": 5.0,
        "options": {"expires": 10.0},
    },
    "tidy log-ins": {
        "task": "accounts.tasks.tidy_logins",
        "schedule": 300.0,
        "options": {"expires": 300.0},
    },
    "clear sessions": {
        "task": "accounts.tasks.clear_sessions",
        "schedule": crontab(minute="40"),
        "options": _hourly,
    },
    "tidy messages": {
        "task": "accounts.tasks.tidy_messages",
        "schedule": crontab(minute="20"),
        "options": _hourly,
    },
    "alert about unbooked essential services": {
        "task": "booking.tasks.alert_unbooked",
        "schedule": crontab(minute="15"),
        "options": _hourly,
    },
    "count the days left for unbooked essential services": {
        "task": "booking.tasks.count_slack",
        "schedule": crontab(minute="10"),
        "options": _hourly,
    },
    "close due days": {
        "task": "workflow.tasks.close_due_days",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300.0},
    },
    "settle due days": {
        "task": "workflow.tasks.settle_due_days",
        "schedule": 60.0,
        "options": {"expires": 60.0},
    },
}

# -- Files ------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In production file names contain a hash, and browsers cache them forever (collectstatic).
STATIC_HASHED = env.flag("STATIC_HASHED", default=not (DEMO or DEBUG))
_static_root = env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
STATIC_ROOT = _static_root if STATIC_HASHED else None
WHITENOISE_USE_FINDERS = not STATIC_HASHED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_HASHED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# -- Request limits ---------------------------------------------------------

DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # bytes; forms are far smaller
FILE_UPLOAD_HANDLERS = ["serviceshop.http.uploads.LimitedUploads"]

# -- Messages out -----------------------------------------------------------

# The public URL, for links in messages: workers have no request to take it from.
_here = f"https://{ALLOWED_HOSTS[0]}" if ALLOWED_HOSTS and not DEMO else "http://127.0.0.1:8000"
if re.search(r"//[.*]", _here) and not env.text("SITE_URL", ""):
    raise env.SettingError("Set the environment variable SITE_URL: ALLOWED_HOSTS is a pattern.")
SITE_URL = env.origin("SITE_URL", _here)
_backend = "serviceshop.demo.mail" if DEMO else "django.core.mail.backends.smtp"
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    f"{_backend}.EmailBackend",
    pattern=r"\w+(\.\w+)+",
    expected="the dotted path of a class, such as anymail.backends.mailjet.EmailBackend",
)
# For the API of a mail service: "anymail.backends.….EmailBackend" and its ANYMAIL_… keys.
ANYMAIL = {"REQUESTS_TIMEOUT": 10, **env.beginning_with("ANYMAIL_")}
# The mail service reports bounces to a webhook, which exists only with a secret.
HAS_BOUNCE_WEBHOOK = bool(
    env.text("ANYMAIL_WEBHOOK_SECRET", "", pattern="[^:]+:.+", expected="name:password")
)
_sends_by_smtp = EMAIL_BACKEND.startswith("django.core.mail.backends.smtp.")
EMAIL_HOST = env.text(
    "EMAIL_HOST",
    None if _public and _sends_by_smtp else "localhost",
    pattern=env.HOST,
    expected="a host name",
)
EMAIL_PORT = env.number("EMAIL_PORT", 25, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.sender(
    "DEFAULT_FROM_EMAIL", None if _public else "tjenesteshop@localhost"
)
SMS_GATEWAY_URL = env.url("SMS_GATEWAY_URL", "")
SMS_GATEWAY_KEY = env.secret("SMS_GATEWAY_KEY", None if SMS_GATEWAY_URL else "")
SMS_SENDER = env.text(
    "SMS_SENDER",
    "Kommunen",
    pattern=env.SMS_SENDER,
    expected="at most 11 letters (A to Z) and digits, or a phone number",
)
if SMS_GATEWAY_URL:
    SMS_GATEWAY = "accounts.messages.sms.HttpGateway"
else:
    SMS_GATEWAY = "serviceshop.demo.mail.SmsGateway" if DEMO else ""
# Quiet hours (none in the demonstration, so that its messages come at once), and the most
# messages per user and day.
QUIET_FROM = env.number("QUIET_FROM", 0 if DEMO else 21, 0, 23)
QUIET_UNTIL = env.number("QUIET_UNTIL", 0 if DEMO else 7, 0, 23)
# How long after the last decision a department's staff have access to a recipient.
RECIPIENT_ACCESS_DAYS = env.number("RECIPIENT_ACCESS_DAYS", 90, 0, 3650)
OPEN_INVITATIONS_OF_A_PERSON = 5
INVITATIONS_A_DAY_OF_A_DEPARTMENT = 100
MESSAGES_A_DAY = {
    "email": env.number("EMAILS_A_DAY", 12, 1, 1000),
    "sms": env.number("TEXTS_A_DAY", 6, 1, 1000),
}

# -- Logging ----------------------------------------------------------------

# Warnings and errors go to standard error; the process manager stores them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "serviceshop.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": []},  # no mails to administrators: they would carry request data
        "django.request": {"level": "ERROR"},  # 404s are not logged
    },
}

# -- Security ---------------------------------------------------------------

HTTPS = env.flag("HTTPS", default=not (DEMO or DEBUG))
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # called without the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# The list that browsers ship is left only slowly, and it concerns all names below the domain:
# the municipality decides.
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD")
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # HSTS preload
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "serviceshop.http.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
