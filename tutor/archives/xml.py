"""XML of strangers: no document types, hence no entities; no deep nesting; and nobody cares for namespaces' versions."""

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from lms_core.errors import InvalidInput

_DEEPEST = 100


def parse(data: bytes, name: str) -> Element:
    """Elements and attributes by their local names. Raises InvalidInput; `name` is the file's."""
    builder, open_elements = TreeBuilder(), 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal open_elements
        open_elements += 1
        if open_elements > _DEEPEST:
            raise InvalidInput(f"{name} is nested too deep.")
        builder.start(_local(tag), {_local(key): value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal open_elements
        open_elements -= 1
        builder.end(_local(tag))

    def refuse(*_: object) -> NoReturn:
        raise InvalidInput(f"{name} has a document type; take it out.")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = (
        start,
        end,
        builder.data,
    )
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise InvalidInput(f"{name} is no XML that can be read: {error}.") from error
    return builder.close()


def words(element: Element | None) -> str:
    """All its text, blanks made one."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
