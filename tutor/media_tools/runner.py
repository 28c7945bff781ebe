"""Starts the tools, each task in a process of its own that ends with it, is killed with us, or when nobody waits any more."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import structlog

from lms_core.errors import InvalidInput

_ROOT = Path(__file__).resolve().parents[2]
_MOST_ANSWER = 1 << 16
_UNFIT = (
    "The file makes our tools fail: it is damaged, or takes too much memory or time. Export it again, such as MP4 with H.264 "
    "at 1920 x 1080 or MP3, and upload that."
)
_log = structlog.get_logger(__name__)


async def run(tool: str, **task: Any) -> Any:
    """What the tool returns. Raises InvalidInput if the file is of no use, RuntimeError if the tool failed otherwise."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tutor.media_tools", cwd=_ROOT, env=environment(), limit=_MOST_ANSWER,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        answer, _ = await process.communicate(json.dumps({"tool": tool, **task}).encode() + b"\n")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or not answer:
        _log.warning("media.tool_died", tool=tool, code=process.returncode)
        raise InvalidInput(_UNFIT)
    told = json.loads(answer)
    if "refused" in told:
        raise InvalidInput(told["refused"])
    if "failed" in told:
        raise RuntimeError(f"The tool '{tool}' failed: {told['failed']}")
    return told["result"]


def environment() -> dict[str, str]:
    """For a process that reads strangers' files: neither keys nor addresses of ours."""
    kept = ("PATH", "LD_LIBRARY_PATH", "LANG", "VIRTUAL_ENV", "PYTHONHOME")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
