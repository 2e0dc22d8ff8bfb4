"""The one settings file. Everything that differs between places comes from `environment.VARIABLES`."""

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from weiwang.config import embedded, environment
from weiwang.webhooks.rules import read_networks

VAR = environment.var_folder()
POLICIES = Path(environment.read("WEIWANG_POLICIES") or environment.CHECKOUT / "policies")
MEDIA_ROOT = VAR / "media"
MODELS = VAR / "models"  # trained on the deployment's own cases
DEBUG = environment.switched_on("WEIWANG_DEBUG")
HTTPS = environment.switched_on("WEIWANG_HTTPS")
SECRET_KEY = environment.secret("WEIWANG_SECRET_KEY", VAR / "secrets" / "signing.key")
FIELD_KEYS = environment.read("WEIWANG_FIELD_KEYS")
FIELD_KEY_FILE = VAR / "secrets" / "fields.key"
TRUSTED_PROXIES = int(environment.read("WEIWANG_PROXIES"))
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *filter(None, environment.read("WEIWANG_HOSTS").split(",")),
]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if HTTPS and host != "*"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "template_partials",
    "weiwang.kernel",
    "weiwang.audit",
    "weiwang.accounts",
    "weiwang.territory",
    "weiwang.ledger",
    "weiwang.notices",
    "weiwang.party",
    "weiwang.bodies",
    "weiwang.cases",
    "weiwang.duties",
    "weiwang.patrols",
    "weiwang.whistles",
    "weiwang.plans",
    "weiwang.webhooks",
    "weiwang.web.ui",
    "weiwang.web.account",
    "weiwang.web.portal",
    "weiwang.web.field",
    "weiwang.web.desk",
    "weiwang.web.console",
    "weiwang.api.rest",
    "weiwang.api.open311",
    "weiwang.demo",
    "weiwang.config",
]

MIDDLEWARE = [
    "weiwang.config.middleware.EveryRequest",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "weiwang.config.middleware.ContentPolicy",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "weiwang.web.account.middleware.Officers",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "weiwang.config.urls"
WSGI_APPLICATION = "weiwang.config.wsgi.application"
TEMPLATE_FOLDERS = ["django.template.loaders.app_directories.Loader"]
TEMPLATE_CACHE = "weiwang.web.ui.folding.Loader"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", [(TEMPLATE_CACHE, TEMPLATE_FOLDERS)])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "weiwang.web.ui.context.page",
                "weiwang.web.account.context.place",
            ],
        },
    }
]


def _database() -> dict[str, object]:
    url = environment.read("DATABASE_URL") or embedded.ensure_running(VAR).url
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "weiwang.config.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        # Parameters travel apart from the statement, and one that comes often is planned once a connection.
        "OPTIONS": {
            # Without a server the pool's pauses grow to minutes; after three seconds it begins anew.
            "pool": {"min_size": 1, "max_size": 8, "timeout": 2, "max_idle": 120, "reconnect_timeout": 3},
            "server_side_binding": True,
            "prepare_threshold": 5,
            **query,
        },
        "TEST": {"NAME": f"test_weiwang_{environment.read('WEIWANG_VAR').rsplit('/', 1)[-1] or 'var'}"},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "weiwang.web.account.store.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account:home"
LOGOUT_REDIRECT_URL = "portal:home"
SESSION_ENGINE = "weiwang.web.account.store"
SESSION_COOKIE_AGE = 12 * 3600  # the end of every session
SESSION_IDLE_SECONDS = int(environment.read("WEIWANG_IDLE_MINUTES")) * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # every session has the one length set above
# Per process: sign-ins from one address, and wrong codes of the second factor for one person.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "5/5m/key", "reauthenticate": "10/m/user"}
ACCOUNT_ADAPTER = "weiwang.web.account.adapters.SignInAdapter"
MFA_ADAPTER = "weiwang.web.account.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # telephones whose clock is half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
AXES_HANDLER = "weiwang.web.account.limits.TwoLimits"
AXES_FAILURE_LIMIT = 5
ADDRESS_FACTOR = 10  # one address may fail this many times as often as one user name
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_CLIENT_IP_CALLABLE = "weiwang.web.account.limits.address"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "weiwang.web.account.views.locked_out"
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True  # the record of this house says who signed in

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_HANDLERS = [
    "weiwang.config.uploads.WholeBodies",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
CHANNELS_FILE = environment.read("WEIWANG_CHANNELS") or VAR / "secrets" / "channels.yaml"
SITE_URL = environment.site_url()
# Where links in messages lead: the reporter's private page and the page of staff.
MESSAGE_LINKS = {
    "reporter": "/c/{case}/{token}/", "owner": "/desk/cases/{case}/", "whistle": "/desk/whistles/{whistle}/",
    "warning": "/desk/whistles/",
}  # fmt: skip
REPORTS_PER_HOUR = int(environment.read("WEIWANG_REPORTS_PER_HOUR"))
SUGGEST_ABOVE = float(environment.read("WEIWANG_SUGGEST_ABOVE"))
OPEN311 = environment.read("WEIWANG_OPEN311")
WEBHOOK_NETWORKS = read_networks(environment.read("WEIWANG_WEBHOOK_NETWORKS"))
PAPER_BYTES = int(environment.read("WEIWANG_PAPER_MB")) * 1_000_000
# Three large photos, three papers and a form; more is refused before it is read.
MAX_BODY_BYTES = 50_000_000 + 3 * PAPER_BYTES

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
    }
}
SILENCED_SYSTEM_CHECKS: list[str] = []

PROCRASTINATE_ON_APP_READY = None
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # each app's jobs.py
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"weiwang": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
