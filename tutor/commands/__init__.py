"""One file a subcommand: `add_arguments(parser)` and `run(options) -> int | None`. Heavy imports stay inside `run`."""

import argparse
from typing import Any


def add_settings(parser: argparse.ArgumentParser) -> None:
    """The settings that are also flags."""
    parser.add_argument("--host", help="address to listen on")
    parser.add_argument("--port", type=int, help="port to listen on; 0 picks a free one")
    add_data_settings(parser)
    parser.add_argument("--ears", help="speech-to-text engine")
    parser.add_argument("--mind", help="tutor engine")
    parser.add_argument("--mouth", help="text-to-speech engine")
    parser.add_argument("--log-level", help="debug, info, warning or error")
    parser.add_argument(
        "--record-events", action="store_true", default=None, help="record turn-taking for viva replay"
    )


def add_data_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", help="folder for the database, models and keys")
    parser.add_argument("--database-url", help="sqlite:///path or postgresql://...")


def flags(options: argparse.Namespace) -> dict[str, Any]:
    """The settings among the parsed options."""
    names = "host port data_dir database_url ears mind mouth log_level record_events".split()
    return {name: getattr(options, name, None) for name in names}
