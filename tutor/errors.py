"""Errors of the server's own parts. The tree's root is `lms_core.errors.VivaError`."""

from lms_core.errors import VivaError


class MindError(VivaError):
    """The model could not answer; the text says which endpoint and what to check."""

    code = "mind_failed"


class MailFailed(VivaError):
    """A letter could not be sent; the text says which server and what to check."""

    code = "mail_failed"


class SettingsError(VivaError):
    """A setting is wrong; the text says what to write instead."""

    code = "bad_setting"
