"""What can go wrong with the database. The tree's root is `lms_core.errors.VivaError`."""

from lms_core.errors import VivaError


class NotStored(VivaError):
    """The database could not do it; nothing of it is stored. The log says why, the text shows no data."""

    code = "storage_failed"
