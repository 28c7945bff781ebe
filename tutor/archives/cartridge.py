"""IMS Common Cartridges 1.1 to 1.3 as courses: pages, files, web links and quizzes; the rest is listed as left out."""

import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from lms_core.courses import MOST_LESSONS, MOST_MODULES, Course, Lesson, LessonKind, Module
from lms_core.errors import InvalidInput
from lms_core.media import HEAD, TAKEN, clean_name, recognise
from lms_core.media_references import archived_name
from lms_core.slugs import free_slug, slug_of
from storage.whole_courses import WholeCourse, WholeLesson, WholeModule, WholeQuiz
from tutor.archives.qti import read_quiz
from tutor.archives.unpacked import LeftOut, Unpacked
from tutor.archives.web_pages import markdown, plain
from tutor.archives.xml import parse, words
from tutor.archives.zips import ZipReader

MANIFEST = "imsmanifest.xml"
_MOST_PAGE = 2 << 20
_MOST_CHARACTERS = 200_000
_MOST_TOLD = 500  # parts that are listed as left out
_FILEBASE = re.compile(r"^\$IMS-CC-FILEBASE\$/?")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
_KINDS = {"video": LessonKind.VIDEO, "audio": LessonKind.AUDIO}


@dataclass(frozen=True, slots=True)
class _Resource:
    """`href` is its main file in the zip."""

    id: str
    type: str
    href: str


def unpack_cartridge(archive: ZipReader) -> Unpacked:
    """Raises InvalidInput if the manifest cannot be read or is another kind of package's."""
    manifest = parse(archive.data(MANIFEST), MANIFEST)
    schema = words(manifest.find("metadata/schema"))
    if "common cartridge" not in schema.lower():
        raise InvalidInput(f"This is a package of the kind '{schema[:80]}', and no Common Cartridge.")
    return _Cartridge(archive, manifest).unpacked()


class _Cartridge:
    def __init__(self, archive: ZipReader, manifest: Element) -> None:
        self._archive, self._manifest = archive, manifest
        self._resources = {one.id: one for one in _resources(manifest)}
        self._known: dict[str, str | None] = {}
        self._media: dict[str, tuple[str, str]] = {}
        self._left_out: list[LeftOut] = []
        self._slugs: set[str] = set()
        self._used: set[str] = set()

    def unpacked(self) -> Unpacked:
        general = self._manifest.find("metadata/lom/general")
        title = _title(words(general.find("title/string")) if general is not None else "")
        about = words(general.find("description/string")) if general is not None else ""
        language = words(general.find("language")) if general is not None else ""
        self._language = language if _LANGUAGE.match(language) and len(language) <= 20 else "en"
        now = datetime.now(UTC)
        course = Course("", "", title, now, now, description=plain(about)[:20_000], language=self._language)
        modules = tuple(self._modules(title))
        self._tell_of_the_rest()
        return Unpacked(WholeCourse(course, modules), self._media, tuple(self._left_out[:_MOST_TOLD]))

    def _modules(self, title: str) -> Iterator[WholeModule]:
        """Folders of the first level; what stands loose among them is put into modules of the course's title."""
        for number, (name, items) in enumerate(_folders(self._manifest, title)):
            if number >= MOST_MODULES:
                self._leave(name, f"A course has at most {MOST_MODULES} modules.")
                continue
            lessons = tuple(lesson for one in items if (lesson := self._lesson(one)) is not None)
            yield WholeModule(Module("", "", name), lessons)

    def _lesson(self, item: Element) -> WholeLesson | None:
        title = _title(words(item.find("title")))
        resource = self._resources.get(item.get("identifierref", ""))
        try:
            if resource is None:
                raise InvalidInput("It has no content here.")
            self._used.add(resource.id)
            if len(self._slugs) >= MOST_LESSONS:
                raise InvalidInput(f"A course has at most {MOST_LESSONS} lessons.")
            content, kind, quiz = self._content(resource, title)
            if len(content) > _MOST_CHARACTERS:
                raise InvalidInput(f"A lesson has at most {_MOST_CHARACTERS} characters.")
        except InvalidInput as error:
            self._leave(title, error.message)
            return None
        slug = free_slug(slug_of(title, "lesson"), self._slugs)
        self._slugs.add(slug)
        return WholeLesson(Lesson("", slug, title, content, language=self._language, kind=kind), quiz)

    def _content(self, resource: _Resource, title: str) -> tuple[str, LessonKind, WholeQuiz | None]:
        """Raises InvalidInput for what cannot be taken."""
        kind = resource.type.lower()
        if kind == "webcontent":
            return self._web_content(resource)
        if kind.startswith("imswl_"):
            link = parse(self._archive.data(resource.href, _MOST_PAGE), resource.href)
            url = link.find("url")
            address = "" if url is None else url.get("href", "")
            if not address.startswith(("http://", "https://")):
                raise InvalidInput("The link leads nowhere.")
            return f"[{title}](<{address.replace('>', '%3E')}>)", LessonKind.TEXT, None
        if kind.startswith("imsqti_") and kind.endswith("/assessment"):
            quiz, left_out = read_quiz(self._archive.data(resource.href, _MOST_PAGE), resource.href, title)
            self._left_out += left_out
            return "", LessonKind.QUIZ, quiz
        raise InvalidInput(f"Parts of the kind '{resource.type[:80]}' are not taken.")

    def _web_content(self, resource: _Resource) -> tuple[str, LessonKind, None]:
        path = resource.href
        if path.lower().endswith((".html", ".htm", ".xhtml")):
            folder = posixpath.dirname(path)
            page = self._archive.data(path, _MOST_PAGE)
            return markdown(page, lambda link: self._file(folder, link)), LessonKind.TEXT, None
        if path.lower().endswith((".md", ".txt")):
            return self._archive.text(path, _MOST_PAGE).replace("\0", ""), LessonKind.TEXT, None
        known_as = self._medium(path)
        if known_as is None:
            raise InvalidInput(f"This kind of file is not taken; {TAKEN} are.")
        name = clean_name(posixpath.basename(path))
        media_type = recognise(self._archive.head(path, HEAD)) or ""
        mark = "!" if media_type.startswith("image/") else ""
        kind = _KINDS.get(media_type.partition("/")[0], LessonKind.TEXT)
        return f"{mark}[{_escaped(name)}]({known_as})", kind, None

    def _file(self, folder: str, link: str) -> str | None:
        """How a text names the file that a page's link leads to."""
        bare, from_base = _FILEBASE.subn("", link)
        # some systems mean the root by this, and others the folder web_resources
        places = ("", "web_resources") if from_base else (folder,)
        for place in places:
            path = posixpath.normpath(posixpath.join(place, bare))
            if path in self._archive.names:
                return self._medium(path)
        return None

    def _medium(self, path: str) -> str | None:
        """None for files that Viva does not take."""
        if path not in self._known:
            media_type = recognise(self._archive.head(path, HEAD))
            known_as = None
            if media_type is not None:
                digest = hashlib.sha256()
                for chunk in self._archive.chunks(path):
                    digest.update(chunk)
                known_as = archived_name(digest.hexdigest(), media_type)
                self._media[known_as] = (path, clean_name(posixpath.basename(path)))
            self._known[path] = known_as
        return self._known[path]

    def _tell_of_the_rest(self) -> None:
        taken = {member for member, _ in self._media.values()}
        for one in self._resources.values():
            if one.id not in self._used and one.href not in taken:
                self._leave(
                    one.href or one.id, f"It is not in the table of contents (kind '{one.type[:80]}')."
                )

    def _leave(self, part: str, reason: str) -> None:
        self._left_out.append(LeftOut(part[:200], reason))


def _folders(manifest: Element, title: str) -> Iterator[tuple[str, list[Element]]]:
    """Names of modules with the items in them, whatever folders are between."""
    loose: list[Element] = []
    for item in manifest.iterfind("organizations/organization/item/item"):
        if item.find("item") is None:
            loose.append(item)
            continue
        if loose:
            yield title, loose
            loose = []
        yield (
            _title(words(item.find("title"))),
            [one for one in item.iter("item") if one.find("item") is None],
        )
    if loose:
        yield title, loose


def _resources(manifest: Element) -> Iterator[_Resource]:
    whole = manifest.find("resources")
    base = "" if whole is None else whole.get("base", "")
    for one in manifest.iterfind("resources/resource"):
        file = one.find("file")
        href = one.get("href") or (file.get("href", "") if file is not None else "")
        path = posixpath.normpath(posixpath.join(base, one.get("base", ""), href)) if href else ""
        yield _Resource(one.get("identifier", ""), one.get("type", ""), path)


def _title(text: str) -> str:
    return text.replace("\0", "").strip()[:200].strip() or "Untitled"


def _escaped(text: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", text)
