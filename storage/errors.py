"""Storage's own errors; nothing of SQLAlchemy or a driver crosses this package's door."""

from __future__ import annotations


class StorageError(Exception):
    """The store could not do what was asked; the text says which command mends it."""


class StoreUnreachable(StorageError):
    """The database does not answer; the caller waits and tries again."""


class SchemaMismatch(StorageError):
    """The store is older or newer than the program."""
