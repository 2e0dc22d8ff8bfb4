"""Every environment variable the product reads, in one place; `docs/run/settings.md` explains each."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str
    what: str


VARIABLES = (
    Variable("DATABASE_URL", "", "PostgreSQL server to use instead of the embedded one"),
    Variable("PORT", "8000", "port of the web server"),
    Variable("WEIWANG_BIND", "127.0.0.1", "address the web server listens on"),
    Variable("WEIWANG_WORKERS", "2", "web server processes"),
    Variable("WEIWANG_VAR", "", "folder for database, photos and secrets; `var/` in the checkout by default"),
    Variable("WEIWANG_HOSTS", "", "comma-separated host names the site answers to, beside localhost"),
    Variable("WEIWANG_HTTPS", "0", "1 behind TLS: secure cookies, HSTS, redirect to https"),
    Variable("WEIWANG_PROXIES", "0", "number of trusted proxies in front, for the address in the audit log"),
    Variable("WEIWANG_SECRET_KEY", "", "signing key; made on first start under `var/secrets` by default"),
    Variable(
        "WEIWANG_FIELD_KEYS", "", "keys of encrypted fields, newest first; made on first start by default"
    ),
    Variable("WEIWANG_POLICIES", "", "folder with your own policy tables; `policies/` by default"),
    Variable("WEIWANG_SITE", "", "address of the site in messages, such as https://wg.example.gov.cn"),
    Variable(
        "WEIWANG_CHANNELS",
        "",
        "file that sets up e-mail, text messages and WeCom; `secrets/channels.yaml` in "
        "the data folder by default",
    ),
    Variable("WEIWANG_IDLE_MINUTES", "30", "minutes without a request after which staff sign in again"),
    Variable(
        "WEIWANG_REPORTS_PER_HOUR", "60", "reports taken from one address in an hour, by each web process"
    ),
    Variable(
        "WEIWANG_PAPER_MB", "10", "megabytes a paper (PDF) may have that is sent with a report or a step"
    ),
    Variable(
        "WEIWANG_SUGGEST_ABOVE", "0.35", "confidence, 0 to 1, below which no category is suggested to people"
    ),
    Variable(
        "WEIWANG_OPEN311",
        "open",
        "who may read by Open311: open (everybody), keys (programs with a key), off",
    ),
    Variable(
        "WEIWANG_WEBHOOK_NETWORKS",
        "",
        "private networks news may be sent to, such as 10.20.0.0/16, with commas",
    ),
    Variable("WEIWANG_DEBUG", "0", "1 shows technical error pages; never in service"),
    Variable(
        "WEIWANG_DEMO", "street", "demo loaded by `weiwang run` into an empty database: street, tiny, none"
    ),
)
_DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


def read(name: str) -> str:
    """The value of a variable listed above; an unlisted name is a mistake in the code."""
    return os.environ.get(name, "") or _DEFAULTS[name]


def switched_on(name: str) -> bool:
    return read(name).lower() in {"1", "true", "yes", "on"}


def site_url() -> str:
    """The address of the site for links in messages, without a slash at its end."""
    given = read("WEIWANG_SITE").rstrip("/")
    if given:
        return given
    host = next(filter(None, read("WEIWANG_HOSTS").split(",")), "")
    if host and host != "*":
        return f"{'https' if switched_on('WEIWANG_HTTPS') else 'http'}://{host}"
    return f"http://127.0.0.1:{read('PORT')}"


def var_folder() -> Path:
    chosen = read("WEIWANG_VAR")
    if chosen:
        return Path(chosen).expanduser().resolve()
    home = CHECKOUT if (CHECKOUT / "pyproject.toml").exists() else Path.cwd()
    return home / "var"


def secret(name: str, file: Path) -> str:
    """The variable's value, or the content of `file`, made on first use and readable by the owner only."""
    given = read(name)
    if given:
        return given
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = file.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as new:
            new.write(secrets.token_urlsafe(48))
        try:
            os.link(made, file)  # atomic: of two first starts, one wins and both read the same key
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return file.read_text().strip()
