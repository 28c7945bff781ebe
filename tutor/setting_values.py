"""What a setting's value must look like, where its type does not say it; each refusal says what is wrong with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from lms_core.errors import InvalidInput
from lms_core.people import plain_email
from storage.database import async_url
from tutor.clients import Network
from tutor.mail import LOOPBACK, smtp_server


def _read_by(read: Callable[[str], object]) -> Callable[[str], str]:
    """A value that `read` takes, or none; pydantic knows no refusal but ValueError."""

    def checked(value: str) -> str:
        try:
            if value:
                read(value)
        except InvalidInput as error:
            raise ValueError(error.message) from error
        return value

    return checked


def _end_of_turn_model(value: str) -> str:
    if value not in ("auto", "off", "smart-turn") and not Path(value).is_file():
        raise ValueError("it is neither one of the words below nor a file that is there")
    return value


def _provider(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme != "https" and parts.hostname not in LOOPBACK):
        raise ValueError("it must begin with https://")
    return value


def _hard_to_guess(value: SecretStr) -> SecretStr:
    if 0 < len(value.get_secret_value()) < 32:
        raise ValueError("it has less than 32 characters; openssl rand -hex 32 makes a good one")
    return value


def _mail_server(value: SecretStr) -> SecretStr:
    if value.get_secret_value():
        smtp_server(value.get_secret_value())
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise ValueError("it must begin with https:// or http:// and a host")
    return value


def _listed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [one.strip() for one in value.split(",") if one.strip()]


def _origins(value: tuple[str, ...]) -> tuple[str, ...]:
    for origin in value:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"'{origin}' is not an origin; write scheme, host and port only")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_read_by(async_url))]
EndOfTurnModel = Annotated[str, AfterValidator(_end_of_turn_model)]
Provider = Annotated[str, AfterValidator(_provider)]
SecretKey = Annotated[SecretStr, AfterValidator(_hard_to_guess)]
MailServer = Annotated[SecretStr, AfterValidator(_mail_server)]
MailAddress = Annotated[str, AfterValidator(_read_by(plain_email))]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_origins)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_listed)]
"""Separated by commas, or as JSON."""
