"""viva models list | pull NAME"""

import argparse
import sys
import time

from tutor.commands import add_data_settings, flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_settings(parser)
    parser.add_argument("action", choices=["list", "pull"])
    parser.add_argument("name", nargs="?", help="the model to pull")


def run(options: argparse.Namespace) -> int:
    from audio import models
    from tutor import settings

    models_dir = settings.load(**flags(options)).models_dir
    if options.action == "list":
        for model in models.CATALOGUE:
            here = "installed" if models.is_installed(model, models_dir) else ""
            print(f"{model.name:28} {model.what:12} {model.megabytes:5} MB  {here}")
        return 0
    if not options.name:
        print("viva: name the model to pull; viva models list shows them", file=sys.stderr)
        return 2
    print(f"{options.name} is in {models.pull(options.name, models_dir, _Bar())}")
    return 0


class _Bar:
    """A progress bar on one line, drawn ten times a second at most."""

    def __init__(self) -> None:
        self._drawn = 0.0

    def __call__(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._drawn < 0.1 and done != total:
            return
        self._drawn = now
        share = done / total if total else 0.0
        end = "\n" if done == total else ""
        print(
            f"\r{name:32} [{'#' * round(share * 30):30}] {done >> 20:5} MB",
            end=end,
            file=sys.stderr,
            flush=True,
        )
