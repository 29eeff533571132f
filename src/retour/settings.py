"""Settings: the environment, read once, into one frozen value.

Every ``RETOUR_X`` may also be given as ``RETOUR_X_FILE``, the path of a file that holds the value.
Nothing else in the house reads the environment.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT_DEFAULT: Final = 8700
EASYPOST_URL_DEFAULT: Final = "https://api.easypost.com/v2"
STRIPE_URL_DEFAULT: Final = "https://api.stripe.com"
CHANNELENGINE_URL_DEFAULT: Final = "https://{tenant}.channelengine.net/api"
PROXIES_DEFAULT: Final = (
    "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7"
)
"""Where proxies of one's own mostly are: on this machine, in private networks."""
MASTER_KEY_BYTES: Final = 32
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class BadSetting(Exception):
    """A setting cannot be understood; the message names it and the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator can say.

    Args:
        data: Folder of the embedded database, the master key and what else must survive.
        database_url: A PostgreSQL server to use instead of the embedded one.
        smtp_url: ``smtp://`` or ``smtps://`` server for outgoing mail; None sends no mail.
        reply_domain: Where customers' answers to our mails arrive; None: at ``mail_from``.
        egress_allow: Comma-separated ``CIDR`` or ``CIDR:port`` exempt from the egress guard.
        easypost_url: Where EasyPost's API is; another one for trials against a stand-in.
        stripe_url: The same for Stripe.
        channelengine_url: The same for ChannelEngine; ``{tenant}`` stands for an account's.
        proxies: Comma-separated ``CIDR`` whose ``X-Forwarded-For`` is believed; empty: nobody's.
        oidc_issuer: The identity provider by which people can sign in; None has none.
        oidc_name: What the button that leads there calls it.
        admin_factor: Whether admins need more than a password: a code, a passkey, the provider.
        fonts: Folder of fonts for scripts that those of documents lack; None has none.
        master_key: 32 bytes that seal every stored secret; None: ``<data>/master.key``.
        crash_at: Name of a crash point, honoured only with ``testing``.
        log: ``info``, or ``debug`` to log each request too.
    """

    data: Path
    database_url: str | None = None
    host: str = "127.0.0.1"
    port: int = PORT_DEFAULT
    smtp_url: str | None = None
    mail_from: str = "returns@localhost"
    reply_domain: str | None = None
    public_url: str | None = None
    egress_allow: str = ""
    easypost_url: str = EASYPOST_URL_DEFAULT
    stripe_url: str = STRIPE_URL_DEFAULT
    channelengine_url: str = CHANNELENGINE_URL_DEFAULT
    proxies: str = PROXIES_DEFAULT
    fonts: Path | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_name: str = "your organisation"
    admin_factor: bool = False
    master_key: bytes | None = None
    testing: bool = False
    crash_at: str | None = None
    log: str = "info"

    @property
    def public_base(self) -> str:
        """The address people reach us at, without a final slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def default_data() -> Path:
    """Where data live unless said otherwise: /var/lib/retour for root, the XDG folder for users."""
    if os.geteuid() == 0:
        return Path("/var/lib/retour")
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "retour"


def _value(environ: Mapping[str, str], name: str) -> str | None:
    """Read ``RETOUR_<name>``, or the file that ``RETOUR_<name>_FILE`` names."""
    direct = environ.get(f"RETOUR_{name}")
    if direct:
        return direct
    path = environ.get(f"RETOUR_{name}_FILE")
    if not path:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").strip() or None
    except OSError as error:
        message = f"RETOUR_{name}_FILE: {path} cannot be read ({error.strerror}). Mend the path."
        raise BadSetting(message) from error


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:  # noqa: PLR2004 - the range of ports
        message = f"RETOUR_PORT is {text!r}; give a number from 0 to 65535."
        raise BadSetting(message)
    return int(text)


def _domain(text: str | None) -> str | None:
    if text is None:
        return None
    labels = text.lower().rstrip(".").split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004 - DNS
        message = f"RETOUR_REPLY_DOMAIN is {text!r}; give a domain such as reply.example.com."
        raise BadSetting(message)
    return ".".join(labels)


def _proxies(text: str | None) -> str:
    if text is None or text == "none":
        return PROXIES_DEFAULT if text is None else ""
    for one in text.split(","):
        try:
            ipaddress.ip_network(one.strip())
        except ValueError as error:
            message = (
                f"RETOUR_PROXIES holds {one.strip()!r}; give networks such as 10.0.0.0/8, or none."
            )
            raise BadSetting(message) from error
    return ",".join(one.strip() for one in text.split(","))


def _master_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        message = (
            "RETOUR_MASTER_KEY must be 64 hexadecimal digits (32 bytes), as in <data>/master.key."
        )
        raise BadSetting(message)
    return key


def load(
    environ: Mapping[str, str] | None = None,
    *,
    data: Path | None = None,
    database_url: str | None = None,
    host: str | None = None,
    port: int | None = None,
) -> Settings:
    """Read the settings; what is passed here (from the command line) wins over the environment.

    Raises:
        BadSetting: Where a value cannot be understood.
    """
    environ = os.environ if environ is None else environ
    named, fonts = _value(environ, "DATA"), _value(environ, "FONTS")
    key, port_text = _value(environ, "MASTER_KEY"), _value(environ, "PORT")
    return Settings(
        data=(data or (Path(named) if named else default_data())).expanduser().absolute(),
        database_url=database_url or _value(environ, "DATABASE_URL"),
        host=host or "127.0.0.1",
        port=port if port is not None else _port(port_text) if port_text else PORT_DEFAULT,
        smtp_url=_value(environ, "SMTP_URL"),
        mail_from=_value(environ, "MAIL_FROM") or "returns@localhost",
        reply_domain=_domain(_value(environ, "REPLY_DOMAIN")),
        public_url=_value(environ, "PUBLIC_URL"),
        easypost_url=(_value(environ, "EASYPOST_URL") or EASYPOST_URL_DEFAULT).rstrip("/"),
        stripe_url=(_value(environ, "STRIPE_URL") or STRIPE_URL_DEFAULT).rstrip("/"),
        channelengine_url=(
            _value(environ, "CHANNELENGINE_URL") or CHANNELENGINE_URL_DEFAULT
        ).rstrip("/"),
        egress_allow=_value(environ, "EGRESS_ALLOW") or "",
        proxies=_proxies(_value(environ, "PROXIES")),
        oidc_issuer=_value(environ, "OIDC_ISSUER"),
        oidc_client_id=_value(environ, "OIDC_CLIENT_ID"),
        oidc_client_secret=_value(environ, "OIDC_CLIENT_SECRET"),
        oidc_name=_value(environ, "OIDC_NAME") or "your organisation",
        admin_factor=_value(environ, "ADMIN_FACTOR") == "1",
        fonts=Path(fonts).expanduser().absolute() if fonts else None,
        master_key=_master_key(key) if key else None,
        testing=_value(environ, "TESTING") == "1",
        crash_at=_value(environ, "CRASH_AT"),
        log=_value(environ, "LOG") or "info",
    )


def master_key(settings: Settings) -> bytes:
    """Give the master key: the one set, or the data folder's own, made at first use (mode 0600)."""
    if settings.master_key is not None:
        return settings.master_key
    path = settings.data / "master.key"
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _master_key(path.read_text(encoding="ascii").strip())
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(MASTER_KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return _master_key(path.read_text(encoding="ascii").strip())
