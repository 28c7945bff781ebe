"""Every knob, in one place: environment (VIVA_*), `viva.toml` in the data directory, or command line flags.

The command line wins over the environment, the environment over the file. docs/configure.md lists them all, and a
test keeps it so.
"""

import difflib
import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from lms_core.people import SignUp
from tutor.errors import SettingsError
from tutor.setting_values import (
    DatabaseUrl,
    EndOfTurnModel,
    MailAddress,
    MailServer,
    Networks,
    Origins,
    Provider,
    SecretKey,
    WebAddress,
)

PRIVATE = (
    "database_url",
    "openai_api_key",
    "smtp_url",
    "oidc_client_secret",
    "stripe_secret_key",
    "stripe_webhook_secret",
    "secret_key",
)  # not to be repeated in a message


LIVE = frozenset({
    "sign_up", "mail_from", "max_upload_mb", "ear_hints", "max_sessions", "max_speech_wait", "grace_seconds",
    "drain_seconds", "log_level", "record_events", "recordings", "recording_days", "audit_days",
})  # fmt: skip
"""Safe to change while the server runs; `Server` applies them."""


class Source(StrEnum):
    """Where a setting's value comes from; what comes first in this list wins."""

    FLAG = "flag"
    ENVIRONMENT = "environment"
    ADMIN = "admin"
    FILE = "file"
    DEFAULT = "default"


class Settings(BaseSettings):
    """What an operator may set. Each description says what the setting is for, and its unit."""

    model_config = SettingsConfigDict(env_prefix="VIVA_", extra="forbid")

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all networks.")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on; 0 picks a free one.")
    public_url: WebAddress = Field(
        "", description="Address that learners use, if a proxy stands in front, e.g. https://viva.school.org."
    )
    allowed_origins: Origins = Field(
        (),
        description="Web origins beside our own whose pages may connect, e.g. https://school.org, separated by commas.",
    )
    trusted_proxies: Networks = Field(
        (),
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, e.g. 127.0.0.1, separated by commas.",
    )
    sign_up: SignUp = Field(
        SignUp.INVITE,
        description="Who may make an account: open, invite (with an invitation by a teacher or an admin) or closed.",
    )
    oidc_issuer: Provider = Field(
        "",
        description="OpenID Connect provider through which people log in, e.g. https://login.school.org; empty: none.",
    )
    oidc_client_id: str = Field("", description="As what Viva is registered at that provider.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="Secret of that registration; empty for a public client."
    )
    oidc_sign_up: bool = Field(
        True, description="Who logs in through that provider for the first time gets an account as a learner."
    )
    smtp_url: MailServer = Field(
        SecretStr(""),
        description="Mail server for letters such as new passwords: smtp://user:password@host:587 or smtps://...; empty: none are sent.",
    )
    mail_from: MailAddress = Field(
        "", description="Sender of letters; empty: viva@ and the host name of VIVA_PUBLIC_URL."
    )
    stripe_secret_key: SecretStr = Field(
        SecretStr(""),
        description="Key of your Stripe account (sk_...); empty: nobody can pay for a plan here.",
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Signing secret (whsec_...) of the webhook /api/v1/billing/stripe/webhook, for customer.subscription events.",
    )
    stripe_price_core: str = Field("", description="Stripe's price (price_...) of the plan core.")
    stripe_price_pro: str = Field("", description="Stripe's price (price_...) of the plan pro.")
    stripe_api_base: str = Field("", description="Another address than Stripe's own, for tests.")
    secret_key: SecretKey = Field(
        SecretStr(""),
        description="At least 32 random characters, the same on all servers of a database; what links and tokens are signed with is made of it then and not kept in the database.",
    )
    data_dir: Path = Field(Path(".viva"), description="Folder for the database, models and keys.")
    database_url: DatabaseUrl = Field(
        "",
        description="sqlite:///path or postgresql://user:password@host/name; empty: SQLite in the data directory.",
    )
    media_dir: Path | None = Field(
        None,
        description="Folder for uploaded files; without it, media in the data directory. Servers may share it.",
    )
    max_upload_mb: int = Field(
        200, ge=1, le=10_000, description="Largest file that may be uploaded, in megabytes."
    )
    ears: str = Field(
        "auto",
        description="Speech-to-text: auto, pocketsphinx, whisper-<size>, openai:<model> or package.module:factory.",
    )
    mind: str = Field("auto", description="Tutor: auto, lesson, openai:<model> or package.module:factory.")
    mouth: str = Field(
        "auto", description="Text-to-speech: auto, espeak, piper, openai:<model> or package.module:factory."
    )
    end_of_turn: EndOfTurnModel = Field(
        "auto",
        description="Judge from the sound whether the learner has finished: auto (Smart Turn once it was pulled), off, "
        "smart-turn or the path of an ONNX file in its format.",
    )
    openai_base_url: str = Field(
        "", description="OpenAI-compatible endpoint for the mind, e.g. http://localhost:11434/v1."
    )
    openai_api_key: SecretStr = Field(SecretStr(""), description="Key for the OpenAI-compatible endpoints.")
    openai_model: str = Field(
        "",
        description="Model of the mind; empty: the first chat model that the endpoint lists. OpenAI's own needs a name.",
    )
    speech_base_url: str = Field(
        "", description="OpenAI-compatible endpoint for openai: ears and mouths; empty: OpenAI's own."
    )
    ear_hints: bool = Field(
        False,
        description="Tell the ears the lesson's words. Measure first with python -m bench.hints: it helps some models and harms others.",
    )
    captions: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Captions of uploaded films and sounds by the ears, while they are free: auto (if they are whisper), on or off.",
    )
    engine_workers: int = Field(
        2, ge=1, le=64, description="Workers of the speech engines; about one a processor core."
    )
    max_sessions: int = Field(
        200,
        ge=1,
        le=10_000,
        description="Sessions that may run at once; more are refused with a clear error.",
    )
    max_speech_wait: float = Field(
        1.0,
        gt=0,
        description="Seconds that jobs may wait for a speech worker, in the mean of the last 15 s; above it new sessions are refused.",
    )
    hearing_seconds: float = Field(
        8,
        ge=1,
        le=60,
        description="Seconds that the ears get for a learner's words, and half as long as these took to say on top; they try twice. More for slow ears on a small computer.",
    )
    grace_seconds: float = Field(
        120, ge=1, le=86_400, description="Seconds that a session waits for a learner whose link was lost."
    )
    drain_seconds: float = Field(
        20, ge=0, le=3600, description="Seconds that running sessions get when the server is asked to stop."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much to log.")
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="auto: text on a terminal, JSON otherwise."
    )
    recordings: bool = Field(
        False,
        description="Sessions may be recorded as sound: of those learners who have switched it on for themselves.",
    )
    recording_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Days after which a recording is deleted, with its date told beforehand.",
    )
    recordings_dir: Path | None = Field(
        None,
        description="Folder for recordings; without it, recordings in the data directory. Servers may share it.",
    )
    record_events: bool = Field(
        False,
        description="Write every session's turn-taking events (with words) to the data directory, for viva replay.",
    )

    audit_days: int = Field(365, ge=30, le=3650, description="Days that the audit log is kept.")
    _flags: frozenset[str] = PrivateAttr(frozenset())
    _environment: frozenset[str] = PrivateAttr(frozenset())

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        names = {name.upper() for name in os.environ}
        self._flags = frozenset(values)
        self._environment = frozenset(one for one in Settings.model_fields if f"VIVA_{one}".upper() in names)

    def source(self, name: str) -> Source:
        """Where the value came from when the server started."""
        if name in self._flags:
            return Source.FLAG
        if name in self._environment:
            return Source.ENVIRONMENT
        return Source.FILE if name in self.model_fields_set else Source.DEFAULT

    def changeable(self, name: str) -> bool:
        """Whether admins may change it now: it is safe to, and neither a flag nor the environment fixes it."""
        return name in LIVE and self.source(name) not in (Source.FLAG, Source.ENVIRONMENT)

    def changed(self, name: str, value: Any) -> "Settings":
        """A copy with another value for one setting. Raises SettingsError in plain words."""
        copy = self.model_copy()
        try:
            Settings.__pydantic_validator__.validate_assignment(copy, name, value)
        except ValidationError as error:
            raise SettingsError(_explain({**error.errors()[0], "loc": (name,)})) from error
        return copy

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        chosen = init_settings.init_kwargs.get("data_dir") or env_settings().get("data_dir") or ".viva"  # type: ignore[attr-defined]
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(chosen) / "viva.toml")

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'viva.db'}"

    @property
    def origins(self) -> tuple[str, ...]:
        """Web origins that may connect wherever the request says it was sent to: a proxy may change that."""
        parts = urlsplit(self.public_url)
        own = (f"{parts.scheme}://{parts.netloc}",) if self.public_url else ()
        return *own, *self.allowed_origins

    @property
    def sender(self) -> str:
        return self.mail_from or f"viva@{urlsplit(self.public_url).hostname or 'localhost'}"

    @property
    def address(self) -> str:
        """Where learners find a server with these settings; its port is 0 if the server is to pick one."""
        return self.address_at(self.port)

    def address_at(self, port: int) -> str:
        """The address when the server listens on `port`."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def recordings_folder(self) -> Path:
        return self.recordings_dir or self.data_dir / "recordings"

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"

    def make_data_dir(self) -> None:
        """For the owner only: it holds keys and what learners said. Raises SettingsError."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SettingsError(
                f"The data directory {self.data_dir} cannot be made: {error.strerror}. "
                "Choose another with --data-dir or VIVA_DATA_DIR."
            ) from error
        if not os.access(self.data_dir, os.W_OK):
            raise SettingsError(
                f"The data directory {self.data_dir} is not writable for this user. Change its owner (chown), "
                "or choose another with --data-dir or VIVA_DATA_DIR."
            )


def load(**flags: Any) -> Settings:
    """The settings in force; `flags` that are None were not given. Raises SettingsError in plain words."""
    _look_for_misspelt(os.environ)
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(" ".join(_explain(problem) for problem in error.errors())) from error
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"viva.toml in the data directory cannot be read: {error}. Write lines such as port = 8080."
        ) from error


def _look_for_misspelt(environment: Iterable[str]) -> None:
    """A name that is no setting, but nearly one, would silently do nothing. Raises SettingsError."""
    known = [f"VIVA_{name.upper()}" for name in Settings.model_fields]
    for name in sorted(environment):
        if name.startswith("VIVA_") and name not in known:
            for meant in difflib.get_close_matches(name, known, n=1, cutoff=0.85):
                raise SettingsError(f"There is no setting {name}; write {meant}.")


def _explain(problem: Any) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "settings"
    known = Settings.model_fields.get(name)
    if known is None:
        return f"There is no setting '{name}'; docs/configure.md lists them all."
    reason = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    given = "wrong" if name in PRIVATE else repr(problem["input"])
    return f"VIVA_{name.upper()} is {given}: {reason}. {known.description}"
