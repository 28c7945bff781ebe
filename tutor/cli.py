"""The command `viva`: each subcommand's body is in `tutor/commands`."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any

from audio.errors import AudioError
from lms_core.errors import VivaError

COMMANDS = {
    "serve": "start the server (the same as python run.py)",
    "call": "talk with a companion from the terminal, with recordings or the microphone",
    "phone-sim": "a phone in a terminal: speaks the phone protocol to a running server",
    "models": "list or pull speech models",
    "user": "add people, and make sign-in links",
    "course": "write a course into a zip file, or make one of it",
    "migrate": "bring the database up to date",
    "demo-data": "fill the database with a made-up school, to try and to measure",
    "backup": "write everything into one file, also while the server runs",
    "restore": "bring a backup back, and compare it",
    "export-user": "everything that is one person's, as JSON",
    "replay": "show a recorded session's turn-taking again, also under another policy",
    "doctor": "check engines, database, disk and devices, and say what to do",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code: 0 done, 1 failed, 2 wrong use or a wrong setting."""
    parser = argparse.ArgumentParser(
        prog="viva", description="A voice-first AI tutor that you host yourself."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    modules: dict[str, Any] = {}
    for name, what in COMMANDS.items():
        module = importlib.import_module(f"tutor.commands.{name.replace('-', '_')}")
        module.add_arguments(commands.add_parser(name, help=what, description=what.capitalize() + "."))
        modules[name] = module
    options = parser.parse_args(arguments)
    try:
        code = int(modules[options.command].run(options) or 0)
        sys.stdout.flush()
        return code
    except (VivaError, AudioError) as error:
        print(f"viva: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read what we print has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or its flush at exit fails as well
        return 0


if __name__ == "__main__":
    sys.exit(main())
