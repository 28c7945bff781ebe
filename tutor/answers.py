"""What every answer says to browsers, unless whoever made it says otherwise."""

from aiohttp import web

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",  # most of it is somebody's own, and at school a computer is everybody's
}
_OF_ANOTHER = (101, 304)
"""A browser takes the headers of a 304 for the page that it has kept."""


async def dressed(_request: web.Request, response: web.StreamResponse) -> None:
    """For `Application.on_response_prepare`."""
    if response.status not in _OF_ANOTHER:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
