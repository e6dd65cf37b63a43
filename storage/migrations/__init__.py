"""The way from each schema to the next, by Alembic; run by `storage.migrate`."""
