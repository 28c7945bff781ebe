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
    model = models.find(options.name)
    with _Bar() as bar:
        folder = models.pull(model, models_dir, bar)
    print(f"{model.name} is in {folder}")
    return 0


class _Bar:
    """A progress bar on one line, drawn ten times a second at most, and only on a terminal."""

    def __init__(self) -> None:
        self._drawn = 0.0
        self._begun = False

    def __call__(self, name: str, done: int, total: int) -> None:
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._drawn < 0.1 and done != total):
            return
        self._drawn, self._begun = now, done != total
        share = done / total if total else 0.0
        bar = f"\r{name:32} [{'#' * round(share * 30):30}] {done / 1e6:7.1f} MB"
        print(bar, end="" if self._begun else "\n", file=sys.stderr, flush=True)

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        """What is printed next, an error perhaps, gets a line of its own."""
        if self._begun:
            print(file=sys.stderr)
