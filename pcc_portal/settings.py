"""The one settings file, read from the environment.

A fresh clone runs without any variable set. With ``ENVIRONMENT=production`` the portal refuses to
start until it has its secrets, and says which one is missing.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENVIRONMENT = env("ENVIRONMENT", default="development")
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured(
        f"ENVIRONMENT is {ENVIRONMENT!r}: set it to 'development' or 'production'."
    )
IS_PRODUCTION = ENVIRONMENT == "production"


def _secret(name: str, development_value: str) -> str:
    """The variable ``name``; required in production, ``development_value`` elsewhere."""
    if IS_PRODUCTION and not env(name, default=""):
        raise ImproperlyConfigured(f"Set {name}: the portal does not run in production without it.")
    return str(env(name, default=development_value))


# Where everything lives that the portal writes: database, uploads, mail, logs of a demo run.
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = _secret("SECRET_KEY", "development-only-key-that-protects-nothing-but-a-demo")
ALLOWED_HOSTS = _secret("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEBUG = env.bool("DEBUG", default=False)
if IS_PRODUCTION and DEBUG:
    raise ImproperlyConfigured("DEBUG shows secrets to visitors: it cannot be on in production.")

INSTALLED_APPS = [
    "pcc_portal.staff.StaffPagesConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anymail",
    "content_editor",
    "crispy_forms",
    "csp",
    "django_prose_editor",
    "django_q",
    "js_asset",
    "elections",
    "releases",
    "briefings",
    "workshops",
    "infolog",
    "pcc_portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pcc_portal.bad_requests.RefuseOddCharsetMiddleware",
    "pcc_portal.bad_requests.RefuseNullBytesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "elections.second_factor.SecondFactorMiddleware",
    "elections.looking.LookingMiddleware",
]

ROOT_URLCONF = "pcc_portal.urls"
WSGI_APPLICATION = "pcc_portal.wsgi.application"

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
                "elections.looking.looking",
            ],
        },
    },
]

# --- Database -----------------------------------------------------------------------------------

if IS_PRODUCTION and not env("DATABASE_URL", default=""):
    raise ImproperlyConfigured("Set DATABASE_URL: postgres://user:password@host:port/name.")
DATABASES = {
    "default": {
        **env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A write lock is taken when a transaction begins, so two writers queue instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
# Addresses are unique whatever their case: a constraint on Lower("email") says so.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # What every process has to share: counts of tries, codes of an app that were used. When it is
    # full, Django throws away what is still needed: it has to be larger than any attack's.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # Whole public pages, see releases/page_cache.py.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 24 * 60 * 60,
        "OPTIONS": {"MAX_ENTRIES": 500},
    },
}
PAGE_CACHE = env.bool("PAGE_CACHE", default=True)

# --- Sign-in ------------------------------------------------------------------------------------

AUTH_USER_MODEL = "elections.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "account_login"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "elections.sign_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
# Nothing is sent to an address nobody has, but asking for it makes the same work.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "request_login_code": "elections.forms.RequestSignInCodeForm",
    "confirm_login_code": "elections.forms.ConfirmSignInCodeForm",
}
# Who counts what is told in docs/decisions/0007-limits-of-signing-in.md.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "",  # allauth's own; ours are the next six
    "code_in_known_browser": "10/15m/key",
    "code_asked_here": "30/15m/ip",
    "code_for_address_here": "10/15m/key",
    "code_for_address_elsewhere": "30/15m/key",
    "code_kept_for_each_network": "2/15m/key",
    "code_mailed_to_strangers": "2/5m/key",  # the key is the code, which changes every 5 minutes
    "wrong_code": "20/15m/ip",
    "recorded_refusal": "10/15m/ip",
    "login_failed": "5/15m/key",  # second factor; the key is the user, who has typed a code before
}
# How many proxies stand before the portal, each adding to X-Forwarded-For. With 0 nobody's word is
# taken for where they are. Production has to say it: wrong, all share one limit.
ALLAUTH_TRUSTED_PROXY_COUNT = int(_secret("TRUSTED_PROXY_COUNT", "0"))
# What staff have to have done before a staff page opens, in this order (pcc_portal/staff_gates.py).
STAFF_GATES = ["elections.impartiality.gate"]
# Where each room says how long it keeps what about people (pcc_portal/retention.py).
RETENTION = [
    "elections.retention",
    "releases.retention",
    "workshops.retention",
    "infolog.retention",
    "infolog.importing.retention",
]
# Where each room says what it holds about a person (pcc_portal/own_data.py).
OWN_DATA = ["elections.own_data", "releases.own_data", "workshops.own_data", "infolog.own_data"]
# Days after which a meeting stands in the public register: the same for all, whoever it was with.
MEETINGS_PUBLIC_AFTER_DAYS = env.int("MEETINGS_PUBLIC_AFTER_DAYS", default=14)
# What each room has to say on the staff's first page (pcc_portal/desk.py).
DUE = [
    "elections.due.due",
    "releases.due.due",
    "briefings.due.due",
    "workshops.due.due",
    "infolog.due.due",
]
# A campaign day.
SESSION_COOKIE_AGE = 14 * 60 * 60

MFA_ADAPTER = "elections.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Candidates portal"
# Half a minute early or late in production; the code printed with the demo's mail lives longer.
MFA_TOTP_TOLERANCE = 1 if IS_PRODUCTION else 10
# Whoever is signed in has typed a code sent to their address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "elections.second_factor_forms.AuthenticateCodeForm",
    "reauthenticate": "elections.second_factor_forms.ReauthenticateCodeForm",
    "activate_totp": "elections.second_factor_forms.ActivateAppForm",
    "deactivate_totp": "elections.second_factor_forms.DeactivateAppForm",
    "generate_recovery_codes": "elections.second_factor_forms.NewRecoveryCodesForm",
    "add_webauthn": "elections.second_factor_forms.AddPasskeyForm",
    "authenticate_webauthn": "elections.second_factor_forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "elections.second_factor_forms.ReauthenticatePasskeyForm",
}

# --- Mail ---------------------------------------------------------------------------------------

# What the addresses in mails begin with: a job that writes one knows no request.
PUBLIC_ADDRESS = _secret("PUBLIC_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
# How many hours before an event those booked are reminded of it.
REMINDER_HOURS = env.list("REMINDER_HOURS", cast=int, default=[48, 2])
# A company that delivers the mail, by its name in anymail: its own settings are NAME=value pairs
# with commas between them, and what it reports needs a secret, as user:password.
MAIL_PROVIDER = env("MAIL_PROVIDER", default="")
ANYMAIL = {
    **env.dict("MAIL_PROVIDER_SETTINGS", default={}),
    # Nobody watches whether a mail is opened or a link in it followed.
    "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
    "IGNORE_UNSUPPORTED_FEATURES": True,
}
if MAIL_PROVIDER:
    ANYMAIL["WEBHOOK_SECRET"] = _secret("MAIL_EVENTS_SECRET", "portal:development")
if IS_PRODUCTION and MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
elif IS_PRODUCTION:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
else:
    # Outside production no mail leaves the machine: it is written to a folder and printed.
    EMAIL_BACKEND = "pcc_portal.mail.FolderBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="candidates-portal@example.org")
# Seconds for each answer of the mail server.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
# A message that has been under way for longer than all of them together is in doubt.
MAIL_LEASE_SECONDS = env.int("MAIL_LEASE_SECONDS", default=20 * EMAIL_TIMEOUT)
# After a mail server said “later”; then twice as long each time, up to an hour.
MAIL_FIRST_PAUSE_SECONDS = env.float("MAIL_FIRST_PAUSE_SECONDS", default=60)

# --- Jobs ---------------------------------------------------------------------------------------

# Do in the request what the job worker would do: for a server that is tested without a worker.
JOBS_AT_ONCE = env.bool("JOBS_AT_ONCE", default=False)
if IS_PRODUCTION and JOBS_AT_ONCE:
    raise ImproperlyConfigured(
        "JOBS_AT_ONCE lets the time of an answer tell who has an account: not in production."
    )
Q_CLUSTER = {
    "name": "portal",
    "orm": "default",
    "workers": 1,
    "timeout": 60,
    "retry": 120,
    # A job that cannot be done in its time, such as a file made to be slow, is given up at last.
    "max_attempts": 10,
    "poll": 2,
    "save_limit": 250,
    "catch_up": False,
}

# --- Language, time, files ----------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Uploads have no address of their own: a view that asks ``visible_to`` serves them.
MEDIA_ROOT = DATA_DIR / "uploads"
MEDIA_URL = ""
UPLOAD_MAX_MEGABYTES = 25
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- Forms --------------------------------------------------------------------------------------

CRISPY_ALLOWED_TEMPLATE_PACKS = "govuk"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_FAIL_SILENTLY = False

# --- Security -----------------------------------------------------------------------------------

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
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    "accelerometer": [],
    "camera": [],
    "display-capture": [],
    "geolocation": [],
    "gyroscope": [],
    "microphone": [],
    "payment": [],
    "usb": [],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "pcc_portal.error_pages.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_PRODUCTION
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if IS_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
if IS_PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"pcc_portal": {"level": "INFO"}, "releases": {"level": "INFO"}},
}
