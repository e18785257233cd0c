"""The composition root's settings. What a deployment may choose comes from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from labeling.environment import read_environment

# Lets Django's generic classes be written as their types say: Paginator[Job], ModelAdmin[Job].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT = read_environment(default_data=BASE_DIR / "data")

# What the code asks for by name.
LABELDESK_DATA = ENVIRONMENT.data
LABELDESK_URL = ENVIRONMENT.url
LABELDESK_REGISTRATION = ENVIRONMENT.registration
LABELDESK_TEAM_OPERATIONS = ENVIRONMENT.team_operations
LABELDESK_PURGE_DAYS = ENVIRONMENT.purge_days
LABELDESK_MAX_UPLOAD_BYTES = ENVIRONMENT.max_upload_mb * 1024 * 1024
LABELDESK_MAX_IMAGE_PIXELS = ENVIRONMENT.max_image_megapixels * 1_000_000
FETCH_PRIVATE_NETWORKS = ENVIRONMENT.fetch_private

DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key
ALLOWED_HOSTS = ENVIRONMENT.hosts
CSRF_TRUSTED_ORIGINS = [ENVIRONMENT.url]

INSTALLED_APPS = [
    # Ours come first, so that our templates and commands win over those of the packages.
    "labeling.core",
    "accounts",
    "labeling.operations",
    "labeling.projects",
    "labeling.jobs",
    "labeling.exports",
    "labeling.demo",
    "django.forms",
    "accounts.admin_config.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
]

# Widgets of our own live among the templates.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "labeling.core.compression.TextCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "labeling.core.zones.ReaderZoneMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "labeling.core.refusals.RefusalMiddleware",
    # Turns a refused sign-in into the page that says when to try again; must stand last.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "labeling.urls"
WSGI_APPLICATION = "labeling.wsgi.application"
ASGI_APPLICATION = "labeling.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "labeling.core.context.frame",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {"default": ENVIRONMENT.database}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        {
            # A writer takes its lock when it begins, so two of them wait for each other instead
            # of failing half way; readers go on beside the writer thanks to the WAL.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": ENVIRONMENT.cache}

STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.data / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns about a folder that is not there yet
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if path.is_dir()]
MEDIA_ROOT = ENVIRONMENT.data / "files"
FILE_UPLOAD_TEMP_DIR = ENVIRONMENT.data / "uploading"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)  # on the disk of the files, so that a move is a rename
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "labeling.static_files.HashedStaticFilesStorage"
        )
    },
}
if ENVIRONMENT.storage is not None:
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ENVIRONMENT.storage.bucket,
            "endpoint_url": ENVIRONMENT.storage.endpoint,
            "region_name": ENVIRONMENT.storage.region,
            "access_key": ENVIRONMENT.storage.access_key,
            "secret_key": ENVIRONMENT.storage.secret_key,
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
# Nobody loads a source map but a debugger, and packing them takes most of the first start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")

# Annotation documents and bulk selections are larger than a contact form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 1_000

# --- People ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "display_name")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "accounts.adapter.displayed"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {
    # Wrong passwords are counted by axes, per account and in the database. This one is what keeps
    # somebody who has the password from guessing the code of the second factor.
    "login_failed": "10/15m/key",
    # A whole office may come in at nine behind one address.
    "login": "300/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = ENVIRONMENT.proxies
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Labeldesk"

AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "accounts.lockout.account_name"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Whoever guesses at one account may come from many addresses, and a whole office behind one address
# must not be locked out with one forgetful colleague: the account alone is counted.
SILENCED_SYSTEM_CHECKS = [
    "axes.W006",
    # Whether every other name under this domain speaks https is its owner's to say, not ours.
    "security.W005",
    "security.W021",
]
AXES_IPWARE_PROXY_COUNT = ENVIRONMENT.proxies or None

# --- What a browser is told -----------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SECURE_SSL_REDIRECT = ENVIRONMENT.https
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.https else 0
# Believed only behind a proxy that the deployment declares, for anybody can send the header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.proxies else None

# --- Words and times ------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- REST -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "labeling.core.api_parsers.PlainJsonParser",
        "labeling.core.api_parsers.PlainFormParser",
        "labeling.core.api_parsers.PlainMultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["labeling.core.api_filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "labeling.core.pagination.NumberedPages",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "labeling.core.api.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Labeldesk",
    "DESCRIPTION": "Labeling work over REST: the same rules, filters and verbs as the pages.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Deep links would be links inside buttons, which no keyboard and no reader tells apart.
    "SWAGGER_UI_SETTINGS": {"deepLinking": False, "docExpansion": "none"},
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "JobStateEnum": "labeling.jobs.states.State",
        "JobItemStateEnum": "labeling.jobs.states.ItemState",
        "BatchStatusEnum": "labeling.jobs.states.BatchStatus",
        "OperationStatusEnum": "labeling.operations.states.Status",
        "JobTypeEnum": "labeling.jobs.states.JobType",
    },
}

# --- Background work ------------------------------------------------------------------------------

# The Operation rows are the truth and the broker only a doorbell, so results are not kept and a
# lost message costs nothing but the sweeper's patience.
CELERY_BROKER_URL = ENVIRONMENT.broker
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Mail and log ---------------------------------------------------------------------------------

# Without a mail server each message becomes a file, so that no link is lost.
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH: Any = ENVIRONMENT.data / "mail"
if ENVIRONMENT.email:
    EMAIL_BACKEND = ENVIRONMENT.email["EMAIL_BACKEND"]
    EMAIL_HOST = ENVIRONMENT.email["EMAIL_HOST"]
    EMAIL_PORT = ENVIRONMENT.email["EMAIL_PORT"] or 25
    EMAIL_HOST_USER = ENVIRONMENT.email["EMAIL_HOST_USER"] or ""
    EMAIL_HOST_PASSWORD = ENVIRONMENT.email["EMAIL_HOST_PASSWORD"] or ""
    EMAIL_USE_TLS = ENVIRONMENT.email["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = ENVIRONMENT.email["EMAIL_USE_SSL"]
DEFAULT_FROM_EMAIL = ENVIRONMENT.email.get("DEFAULT_FROM_EMAIL", "labeldesk@localhost")
EMAIL_SUBJECT_PREFIX = ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Labeldesk] "

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level, "propagate": False},
        # Requests that were refused are the visitor's news, not ours.
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        # One line for each message would be two every few seconds, of the sweeper alone.
        "celery.app.trace": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}
