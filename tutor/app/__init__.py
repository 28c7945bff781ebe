"""The composition root: the only place that knows every part, chooses the engines and starts it all.

`parts.py` makes them, `web.py` says what is at which address, `server.py` starts and stops them.
"""

from tutor.app.server import Server, write_ready_file

__all__ = ["Server", "write_ready_file"]
