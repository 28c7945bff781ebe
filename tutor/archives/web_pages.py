"""Web pages as Markdown."""

from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.builder import ParserRejectedMarkup
from markdownify import MarkdownConverter

from lms_core.errors import InvalidInput

_NEVER = ["script", "style", "iframe", "object", "embed", "form", "noscript", "template", "head"]
_PLAYERS = ["audio", "video"]
_WEB = ("http", "https", "mailto")


def markdown(page: bytes | str, file_of: Callable[[str], str | None]) -> str:
    """`file_of` gives a name for the file that a link of the page leads to, or None. Raises InvalidInput.

    Pictures and links that lead nowhere become their words.
    """
    try:
        soup = BeautifulSoup(page, "html.parser")
        for tag in soup(_NEVER):
            tag.decompose()
        for tag in soup(_PLAYERS):
            source = tag.get("src") or next((one.get("src") for one in tag("source")), None)
            tag.replace_with(_link(soup, str(source or ""), tag.name))
        for tag in soup("img"):
            found = _target(str(tag.get("src", "")), file_of)
            if found is None:
                tag.replace_with(str(tag.get("alt", "")))
            else:
                tag["src"] = found
        for tag in soup("a"):
            found = _target(str(tag.get("href", "")), file_of)
            if found is None:
                tag.unwrap()
            else:
                tag["href"] = found
        return (
            str(MarkdownConverter(heading_style="ATX", bullets="-").convert_soup(soup))
            .replace("\0", "")
            .strip()
        )
    except RecursionError as error:
        raise InvalidInput("The page is nested too deep.") from error
    except (ParserRejectedMarkup, AssertionError) as error:
        raise InvalidInput("The page cannot be read.") from error


def plain(page: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(BeautifulSoup(page, "html.parser").get_text(" ").replace("\0", "").split())


def _link(soup: BeautifulSoup, target: str, words: str) -> Tag:
    link = soup.new_tag("a", href=target)
    link.string = words
    return link


def _target(address: str, file_of: Callable[[str], str | None]) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme in _WEB:
        return address
    return None if parts.scheme or parts.netloc or not parts.path else file_of(unquote(parts.path))
