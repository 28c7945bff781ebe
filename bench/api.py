"""The REST API on a school of 10,000: a mixed load from this process, the server in one of its own.

    viva demo-data --data-dir /tmp/school --people 10000 --courses 1000 --enrollments 50000 --progress 500000 --sessions 100000
    python -m bench.api --data-dir /tmp/school --rate 200 --seconds 60
    python -m bench.api --data-dir /tmp/keys --database-url postgresql://... --rate 200 --seconds 60

Requests are sent when their time has come (a Poisson process), whether or not earlier ones were answered, and measured
from then on: a server that falls behind cannot hide it. Queries are measured inside the server
(`viva_database_query_seconds`); their 95th percentile is the upper end of the histogram's bucket that it falls into.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from lms_core.people import TokenKind
from storage.accounts import AccountStore
from storage.database import Database
from tutor.settings import Settings

_ROOT = Path(__file__).resolve().parent.parent
_ASKERS, _TEACHERS = 200, 200  # the made-up school's first 200 people teach
_WARM_UP_SECONDS = 5.0


@dataclass(frozen=True)
class Asker:
    """A learner of the made-up school, and what of theirs the load asks for."""

    headers: dict[str, str]
    courses: list[str]
    lessons: list[str]
    sessions: list[str]


@dataclass
class Answers:
    """Seconds of each kind of request, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def _request(asker: Asker, chance: random.Random) -> tuple[str, str, dict[str, Any]]:
    """Method, path with its numbers, and aiohttp's arguments: what a learner's page asks for."""
    page, number = chance.randrange(1, 30), chance.randrange(900)
    word = chance.choice(["fractions", "gravity", "Rome", "loops", "nothing"])
    course, lesson = chance.choice(asker.courses), chance.choice(asker.lessons)
    kinds: list[tuple[int, str, str, dict[str, Any]]] = [
        (10, "GET", "/companions", {"params": {"page": page}}),
        (5, "GET", "/companions", {"params": {"subject": "maths", "page": 2}}),
        (5, "GET", "/companions", {"params": {"search": word}}),
        (10, "GET", f"/companions/demo-companion-{number}", {}),
        (3, "GET", "/companions/recent", {}),
        (3, "GET", "/me/bookmarks", {}),
        (2, "PUT", f"/companions/demo-companion-{number}/bookmark", {}),
        (8, "GET", "/courses", {"params": {"page": page}}),
        (4, "GET", "/courses", {"params": {"category": "science"}}),
        (8, "GET", f"/courses/{course}", {}),
        (8, "GET", f"/courses/{course}/outline", {}),
        (6, "GET", f"/courses/{course}/progress", {}),
        (8, "GET", f"/lessons/{lesson}", {}),
        (4, "POST", f"/lessons/{lesson}/progress", {"json": {"seconds": 30}}),
        (8, "GET", "/me/courses", {}),
        (8, "GET", "/sessions", {}),
        (6, "GET", f"/sessions/{chance.choice(asker.sessions)}", {}),
        (3, "GET", "/me/usage", {}),
        (2, "GET", "/me/xp", {}),
        (2, "GET", "/leaderboard", {}),
    ]
    _, method, path, arguments = chance.choices(kinds, [kind[0] for kind in kinds])[0]
    return method, path, arguments


def _label(method: str, path: str, arguments: dict[str, Any]) -> str:
    """One for all requests of a kind."""
    parts = ["{id}" if any(one.isdigit() for one in part) else part for part in path.split("/")]
    query = "&".join(name for name in arguments.get("params", {}) if name != "page")
    return f"{method} {'/'.join(parts)}" + (f"?{query}" if query else "")


@contextmanager
def _server(options: argparse.Namespace) -> Iterator[tuple[str, int]]:
    """The server's address and process, with engines that cost nothing."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        engines = [f"--{part}=tests.null_engines:{part}" for part in ("ears", "mind", "mouth")]
        process = subprocess.Popen(
            [sys.executable, "run.py", "--port=0", f"--data-dir={options.data_dir}", f"--ready-file={ready}", *engines,
             *([f"--database-url={options.database_url}"] if options.database_url else [])],
            cwd=_ROOT, env={**os.environ, "VIVA_LOG_LEVEL": "warning"}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not ready.is_file():
                if process.poll() is not None:
                    raise SystemExit("The server did not start; its message is above.")
                time.sleep(0.1)
            yield json.loads(ready.read_text())["url"], process.pid
        finally:
            process.terminate()
            process.wait()


async def _keys(options: argparse.Namespace) -> list[str]:
    """API keys of learners, put straight into the database."""
    settings = Settings(data_dir=Path(options.data_dir), database_url=options.database_url or "")
    database = Database(settings.database)
    await database.migrate()
    accounts = AccountStore(database)
    people = [f"demo_person_{_TEACHERS + number}" for number in range(_ASKERS)]
    keys = [(await accounts.issue(one, TokenKind.API_KEY, name="bench"))[0] for one in people]
    await database.aclose()
    return keys


async def _asker(http: aiohttp.ClientSession, key: str) -> Asker:
    headers = {"Authorization": f"Bearer {key}"}

    async def data(path: str) -> Any:
        async with http.get(f"/api/v1{path}", headers=headers) as answer:
            return (await answer.json())["data"]

    courses = [one["course"]["id"] for one in await data("/me/courses")]
    states = (await data(f"/courses/{courses[0]}/progress"))["states"]
    sessions = [one["id"] for one in await data("/sessions")]
    return Asker(headers, courses, [one["lesson_id"] for one in states], sessions)


async def _load(http: aiohttp.ClientSession, askers: list[Asker], rate: float, seconds: float) -> Answers:
    answers, chance = Answers(), random.Random(7)
    loop = asyncio.get_running_loop()
    due = begin = loop.time()

    async def ask(asker: Asker, when: float) -> None:
        method, path, arguments = _request(asker, chance)
        label = _label(method, path, arguments)
        async with http.request(method, f"/api/v1{path}", headers=asker.headers, **arguments) as answer:
            await answer.read()
        if when - begin > _WARM_UP_SECONDS:
            answers.seconds[label].append(loop.time() - when)
            answers.failures[label] += answer.status >= 400

    async with asyncio.TaskGroup() as group:
        while due < begin + _WARM_UP_SECONDS + seconds:
            due += chance.expovariate(rate)
            await asyncio.sleep(due - loop.time())
            group.create_task(ask(chance.choice(askers), due))
    return answers


async def _queries(http: aiohttp.ClientSession) -> dict[str, tuple[int, float]]:
    """Of each kind of statement: how many, and the upper end of the bucket that 95 % fall into, in seconds."""
    async with http.get("/metrics") as answer:
        families = text_string_to_metric_families(await answer.text())
    buckets: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for family in families:
        for sample in family.samples:
            if sample.name == "viva_database_query_seconds_bucket":
                buckets[sample.labels["query"]].append((float(sample.labels["le"]), sample.value))
    found = {}
    for query, counts in buckets.items():
        total = counts[-1][1]
        found[query] = int(total), next(end for end, count in counts if count >= 0.95 * total)
    return found


def _ms(seconds: list[float], share: float) -> float:
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def _print(answers: Answers, queries: dict[str, tuple[int, float]]) -> None:
    everything = [one for seconds in answers.seconds.values() for one in seconds]
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n"
    )
    print("| request | count | failed | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|---|")
    for label, seconds in [*sorted(answers.seconds.items()), ("all", everything)]:
        failed = answers.failures[label] if label != "all" else sum(answers.failures.values())
        numbers = " | ".join(f"{_ms(seconds, share):.1f}" for share in (0.5, 0.95, 0.99))
        print(f"| {label} | {len(seconds)} | {failed} | {numbers} |")
    print("\n| query | count | p95 at most, ms |\n|---|---|---|")
    for query, (count, end) in sorted(queries.items(), key=lambda one: -one[1][1]):
        print(f"| {query} | {count} | {1000 * end:g} |")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _measure(options: argparse.Namespace, url: str, pid: int, keys: list[str]) -> None:
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=64)) as http:
        askers = [await _asker(http, key) for key in keys]
        before = _cpu_seconds(pid)
        answers = await _load(http, askers, options.rate, options.seconds)
        busy = (_cpu_seconds(pid) - before) / (_WARM_UP_SECONDS + options.seconds)
        queries = await _queries(http)
        print(
            f"{options.seconds:g} s at {options.rate:g} requests a second; the server used {busy:.2f} of a core\n"
        )
    _print(answers, queries)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", required=True)
    parser.add_argument("--database-url")
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    chosen = parser.parse_args()
    made = asyncio.run(_keys(chosen))
    with _server(chosen) as (address, server):
        asyncio.run(_measure(chosen, address, server, made))
