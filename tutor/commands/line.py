"""The line from a terminal to a running server; every way in which it can fail is a sentence."""

import argparse
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lms_core.errors import InvalidInput
from tutor.commands import flags

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection
    from websockets.http11 import Response

_MOST_NAMED = 20
"""Companions that are named to somebody who asked for one that is not there."""


@dataclass(frozen=True, slots=True)
class Server:
    url: str
    key: str

    @classmethod
    def named_by(cls, options: argparse.Namespace) -> "Server":
        """The server and key given, or this machine's own. Raises InvalidInput with what to do."""
        from tutor import settings

        ours = settings.load(**flags(options)).model_copy(update={"public_url": ""})
        url, path = options.url or ours.address, ours.data_dir / "api_key"
        if options.api_key:
            return cls(url.rstrip("/"), options.api_key)
        if not path.is_file():
            raise InvalidInput(
                f"There is no key in {path}. Start the server from this folder first (python run.py), "
                "or name its --data-dir, or give --api-key."
            )
        return cls(url.rstrip("/"), path.read_text().strip())

    async def companion(self, reference: str) -> str:
        """The name of the companion with that slug or id. Raises InvalidInput with what to do."""
        status, answer = await self._get(f"/api/v1/companions/{quote(reference, safe='')}")
        if status == 404 and answer.get("code") == "not_found":
            _, known = await self._get(f"/api/v1/companions?limit={_MOST_NAMED}")
            slugs = ", ".join(one["slug"] for one in known["data"]) or "none yet"
            raise InvalidInput(f"There is no companion '{reference}'. There are: {slugs}.")
        if status == 401:
            raise InvalidInput(
                f"The server at {self.url} does not know this key. Give its own with --api-key, "
                "or name its --data-dir; the key is in the file api_key there."
            )
        if status != 200:
            raise InvalidInput(answer.get("error") or f"What answers at {self.url} is not Viva ({status}).")
        return str(answer["data"]["name"])

    @contextlib.asynccontextmanager
    async def line(self, path: str) -> AsyncIterator["ClientConnection"]:
        """A WebSocket; the key goes along. Raises InvalidInput with the server's reason for refusing."""
        import websockets

        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            async with websockets.connect(
                f"ws{self.url.removeprefix('http')}{path}", additional_headers=headers, max_size=None,
                compression=None, proxy=None,
            ) as socket:  # fmt: skip
                yield socket
        except websockets.InvalidStatus as refused:
            raise InvalidInput(f"The server refused the call: {_reason(refused.response)}") from refused
        except (websockets.InvalidHandshake, OSError) as error:
            raise self._unreachable(error) from error

    async def _get(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and body; a body that is no JSON object is {}."""
        import aiohttp

        headers = {"Authorization": f"Bearer {self.key}"}
        try:
            async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(10)) as http:
                async with http.get(self.url + path) as answer:
                    with contextlib.suppress(ValueError):
                        body = json.loads(await answer.read())
                        return answer.status, body if isinstance(body, dict) else {}
                    return answer.status, {}
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> InvalidInput:
        return InvalidInput(
            f"No server answers at {self.url} ({str(error) or type(error).__name__}). "
            "Start one with: python run.py; or name its address with --url."
        )


def _reason(response: "Response") -> str:
    """What the server says, of its JSON."""
    try:
        return str(json.loads(response.body or b"")["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.reason_phrase}"
