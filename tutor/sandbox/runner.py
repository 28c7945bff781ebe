"""Runs inside the sandbox: reads `{"code", "call"}` from the file descriptor it is told, leaves standard input to the program.

Stands alone: nothing of Viva can be imported in there.
"""

import io
import json
import os
import sys
import traceback


def main() -> None:
    with os.fdopen(int(sys.argv[1]), encoding="utf-8") as task:
        given = json.load(task)
    names = {"__name__": "__main__"}
    real = sys.stdout
    if given["call"]:
        sys.stdout = io.StringIO()
    try:
        exec(compile(given["code"], "program.py", "exec"), names)  # noqa: S102  this is what the sandbox is for
        if given["call"]:
            value = repr(eval(compile(given["call"], "call", "eval"), names))  # noqa: S307
            sys.stdout = real
            print(value)  # noqa: T201
    except MemoryError:
        os._exit(77)
    except SystemExit:
        raise
    except BaseException as error:
        # the learner sees only frames of their own program
        frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename != __file__]
        lines = [
            "Traceback (most recent call last):\n", *traceback.format_list(frames),
            *traceback.format_exception_only(type(error), error),
        ]  # fmt: skip
        sys.stderr.write("".join(lines if frames else lines[1:]))
        sys.exit(1)


main()
