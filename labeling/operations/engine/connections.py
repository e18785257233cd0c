"""Threads of a worker leave no database connection behind that is broken or too old."""

from django.db import connection


def tidy() -> None:
    """Close this thread's connection if it should not be used again; never inside a transaction."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
