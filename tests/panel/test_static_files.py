"""Files that pages need: sent small, and not sent again while they are the same."""

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tutor.panel import static_files

_SHEET = "/static/panel.css"


async def test_a_file_is_sent_packed_to_who_unpacks_it_and_only_once() -> None:
    app = web.Application()
    app.add_routes(static_files.routes())
    async with TestServer(app) as server, ClientSession(server.make_url("/"), auto_decompress=False) as http:
        plain = await http.get(_SHEET, headers={"Accept-Encoding": "identity"})
        packed = await http.get(_SHEET, headers={"Accept-Encoding": "br, gzip"})
        assert "Content-Encoding" not in plain.headers and packed.headers["Content-Encoding"] == "gzip"
        assert len(await packed.read()) < len(await plain.read()) / 2
        again = await http.get(_SHEET, headers={"If-None-Match": packed.headers["ETag"]})
        assert again.status == 304 and await again.read() == b""
