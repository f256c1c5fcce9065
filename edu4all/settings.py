"""All settings in one file: values come from the environment (and `.env`, which the real environment overrides)."""

import os
import socket
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from dotenv import load_dotenv

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env", override=False)


def env(name, default=""):
    return os.environ.get(name, default).strip()


def env_list(name):
    return [item.strip() for item in env(name).split(",") if item.strip()]


# What this process is: on loopback names only, the site is somebody's own machine; everything else is production.

DEBUG = env("DEBUG").lower() in {"1", "true", "yes", "on"}
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. `make setup` writes one into .env; a server gets one from its environment."
    )
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set. Name the hosts this site answers to, separated by commas.")
IS_LOCAL = all(host in {"localhost", "127.0.0.1", "[::1]"} for host in ALLOWED_HOSTS)
PORT = int(env("PORT") or 8000)

INSTALLED_APPS = [
    "edu4all.staff_room.StaffRoomConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "axes",
    "edu4all",
    "gallery",
    "assignments",
]

MIDDLEWARE = [
    "edu4all.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "edu4all.security.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gallery.middleware.UnchangedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "assignments.middleware.TrialMiddleware",
    "assignments.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "edu4all.urls"
WSGI_APPLICATION = "edu4all.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
            ],
            "builtins": ["edu4all.templatetags.ui", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "edu4all.forms.Edu4AllRenderer"

# Data

DATABASES = {
    "default": dj_database_url.parse(
        env("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'var' / 'edu4all.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # BEGIN IMMEDIATE and WAL: measured on 16 writing threads, deferred transactions fail four times for each that succeeds.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    if test_name := env("TEST_DATABASE_NAME"):
        DATABASES["default"]["TEST"] = {"NAME": test_name}

IS_IN_BUCKET = env("MEDIA_ROOT").startswith("s3://")
MEDIA_ROOT = Path(BASE_DIR / "var" / "media" if IS_IN_BUCKET else env("MEDIA_ROOT") or BASE_DIR / "var" / "media")
SPOOL_ROOT = Path(env("SPOOL_ROOT") or MEDIA_ROOT / "spool")  # raw answers, on this machine's own disk


def picture_storage(address):
    """Return where pictures lie: a folder, or a bucket for s3://bucket/folder (keys and address by boto3's AWS_ variables)."""
    if not IS_IN_BUCKET:
        folder = {"location": MEDIA_ROOT / "pictures", "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": folder}
    parts = urlsplit(address)
    options = {"bucket_name": parts.netloc, "location": parts.path.strip("/"), "default_acl": None, "file_overwrite": False}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


# Pictures are private: they lie under MEDIA_ROOT, have no URL of their own, and leave only through a view that checks who asks.
STORAGES = {
    "default": picture_storage(env("MEDIA_ROOT")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT") or BASE_DIR / "var" / "static")
# Where nginx stands in front, it may serve the private files: X-Accel-Redirect to this internal location.
ACCEL_PREFIX = env("ACCEL_PREFIX")

# Broker and cache: one server, two databases of it. Without REDIS_URL it is the embedded one that `make run` starts.


def redis_urls(url):
    """Return (Celery's URL, Django cache's URL) for redis://, rediss:// or unix:// in REDIS_URL."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        number = int(parse_qs(parts.query).get("db", ["0"])[0])
        return f"redis+socket://{parts.path}?virtual_host={number}", f"unix://{parts.path}?db={number + 1}"
    number = int(parts.path.strip("/") or 0)
    return url, parts._replace(path=f"/{number + 1}").geturl()


REDIS_URL = env("REDIS_URL") or f"unix://{BASE_DIR / 'var' / 'broker.sock'}?db=0"
CELERY_BROKER_URL, CACHE_URL = redis_urls(REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        "KEY_PREFIX": "edu4all",
    }
}

# Celery is the doorbell; the Picture row is the job. No result backend, no retries: the row is the retry policy.
CELERY_IMPORTS = ["gallery.upkeep"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,  # of a sender: else each doorbell waits 6 s (measured) for a broker that is away; workers retry for ever
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "retry_on_timeout": True,
    "visibility_timeout": 3600,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_POOL = "threads"  # gevent ran tasks twice (measured); a hanging service costs a thread half a megabyte
CELERY_WORKER_CONCURRENCY = int(env("WORKER_SLOTS") or 32)
SWEEP_SECONDS = float(env("SWEEP_SECONDS") or 5)
SILENT_SECONDS = float(env("SILENT_SECONDS") or 10)  # pictures wait, no doorbell rings: then workers draw without one
STOP_SECONDS = float(env("STOP_SECONDS") or 20)  # a worker told to end waits so long for what it draws
MACHINE = env("MACHINE_NAME") or socket.gethostname()  # whose disk raw answers lie on
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "gallery.tasks.sweep", "schedule": timedelta(seconds=SWEEP_SECONDS), "options": {"expires": 30}},
    "clear-orphans": {"task": "gallery.tasks.clear_orphans", "schedule": timedelta(days=1), "options": {"expires": 3600}},
}

# Drawing. Provider deadline < lease, so that a claim outlives the longest call it may make.
PROVIDER_DEADLINE = float(env("PROVIDER_DEADLINE") or 150)  # seconds, from the first byte sent to the last received
LEASE_SECONDS = float(env("LEASE_SECONDS") or 210)  # seconds; renewed by nothing, so it must cover call, pixels and settling
DRAW_WITHIN = timedelta(seconds=float(env("DRAW_WITHIN_SECONDS") or 6 * 3600))  # a queued picture older than this is given up
# Drawings of outside services that nothing on this site could judge: held for a teacher, or shown because the school wants that
HOLDS_UNJUDGED = env("UNJUDGED_PICTURES") != "show"
GALLERY_VISIBLE_PICTURES = "assignments.access.visible_pictures"

# People

AUTH_USER_MODEL = "assignments.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "assignments.backends.NameOrEmailBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_AGE = 12 * 3600  # seconds: longer than a school day
SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Wrong passwords lock a person's name at an address, never an address alone: a school is one address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "edu4all.security.client_address"
TRUSTED_PROXIES = int(env("TRUSTED_PROXIES") or 0)  # how many of our own stand in front; each adds an X-Forwarded-For entry
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "assignments.backends.locked_name"
AXES_LOCKOUT_CALLABLE = "assignments.views.sign_in.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
DEMO_PASSWORD = env("DEMO_PASSWORD")

# Words and time

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Security

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
if not IS_LOCAL:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [
        f"https://*{host}" if host[0] == "." else f"https://{host}" for host in ALLOWED_HOSTS if host != "*"
    ]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

METRICS_TOKEN = env("METRICS_TOKEN")

# Logs are JSON lines and never hold prompts, names, codes or PINs.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "edu4all.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.security.DisallowedHost": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "django.db.backends": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        "axes": {"level": "ERROR"},
        "httpx2": {"level": "WARNING"},
        "httpcore2": {"level": "WARNING"},
        "openai": {"level": "WARNING"},
        "PIL": {"level": "WARNING"},
        "pymorphy3": {"level": "WARNING"},
    },
}
if "test" in sys.argv[1:2]:
    raise ImproperlyConfigured("Tests are run by `make test`.")
SILENCED_SYSTEM_CHECKS: list[str] = []
SCHOOL_NAME = _("Our school")
