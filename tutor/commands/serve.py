"""viva serve"""

import argparse
import asyncio
from pathlib import Path

from tutor.commands import add_settings, flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_settings(parser)
    parser.add_argument(
        "--ready-file",
        type=Path,
        help="write {url, sign_in_url, api_key} as JSON here once connections are accepted",
    )


def run(options: argparse.Namespace) -> None:
    from storage.first_run import Welcome
    from tutor import logs, settings
    from tutor.app import Server, write_ready_file
    from tutor.engines import Chosen, choose
    from tutor.errors import SettingsError

    chosen = settings.load(**flags(options))
    logs.configure(chosen.log_level, chosen.log_format)
    if options.ready_file is not None and not options.ready_file.absolute().parent.is_dir():
        raise SettingsError(f"--ready-file {options.ready_file}: there is no such folder; make it first.")

    def announce(engines: Chosen) -> None:
        for part, choice in (
            ("Ears", engines.ears),
            ("Mind", engines.mind),
            ("Mouth", engines.mouth),
            ("Turns", engines.end_of_turn),
        ):
            print(f"  {part + ':':6} {choice.name}: {choice.why}.")
            if choice.better:
                print(f"         Better: {choice.better}")

    def ready(address: str, welcome: Welcome) -> None:
        print(
            f"\nViva is ready. Open this link once to sign in:\n\n  {address}/sign-in?token={welcome.sign_in_token}\n",
            flush=True,
        )
        if options.ready_file is not None:
            write_ready_file(options.ready_file, address, welcome)

    async def serve() -> None:
        engines = await choose(chosen)
        server = Server(chosen, engines)
        announce(engines)
        await server.run(ready)

    _run(serve)


def _run(main: "object") -> None:
    try:
        import uvloop
    except ImportError:  # not on Windows
        asyncio.run(main())  # type: ignore[operator]
    else:
        uvloop.run(main())  # type: ignore[operator]
