"""One task in a process of its own: `python -m tutor.media_tools`, the task as JSON on standard input, its end on standard output."""

import contextlib
import ctypes
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

_MEMORY = 2 << 30
_CPU_SECONDS = 600
_LARGEST = 10 << 30
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def main() -> None:
    task: dict[str, Any] = json.loads(sys.stdin.readline())
    _limit()
    # libraries may write what they like; only our answer goes to who asked
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    answer.write(json.dumps(_done(task)))
    answer.flush()
    os._exit(0)  # what a broken file left in a library must not end badly now


def _done(task: dict[str, Any]) -> dict[str, Any]:
    from lms_core.errors import InvalidInput

    try:
        return {"result": _tool(task.pop("tool"))(**task)}
    except InvalidInput as error:
        return {"refused": error.message}
    except MemoryError:
        return {
            "refused": "The file needs more memory than it may take here; make it smaller and upload it again."
        }
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}


def _tool(name: str) -> Callable[..., Any]:
    import av

    from tutor.media_tools import films, looking, pictures, sounds

    av.logging.set_level(None)
    tools: dict[str, Callable[..., Any]] = {
        "look": lambda **task: asdict(looking.look(**task)), "picture": pictures.picture, "poster": films.poster,
        "part": films.part, "join": films.join, "sound": sounds.sound, "keep": sounds.keep, "pcm": sounds.pcm,
    }  # fmt: skip
    return tools[name]


def _limit() -> None:
    """Linux only, as far as it goes; talks come first."""
    with contextlib.suppress(OSError):
        os.nice(15)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        for what, most in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CPU, _CPU_SECONDS),
            (resource.RLIMIT_FSIZE, _LARGEST),
        ):
            resource.setrlimit(what, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


main()
