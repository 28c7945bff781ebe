"""Doors: how clients reach a session. Each turns one wire protocol into calls of `Session`, and back."""

from tutor.transports.doors import routes

__all__ = ["routes"]
