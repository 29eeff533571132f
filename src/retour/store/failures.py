"""Which exceptions mean that the world is slow or busy, and the same request may succeed later."""

from __future__ import annotations

import asyncpg

from retour.kernel.problems import Transient

_TRANSIENT = (
    Transient,
    TimeoutError,
    ConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
    asyncpg.InternalClientError,  # The server died in mid-sentence.
)


def is_transient(error: Exception) -> bool:
    """Say whether the same request may succeed in a moment."""
    if isinstance(error, _TRANSIENT):
        return True
    # asyncpg says InterfaceError of a pool that is closing and of a connection that is gone, and
    # DataError, which is one too and a ValueError, of arguments that cannot be.
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)
    # A socket that is not there: the server is down, or not up yet.
    return isinstance(error, OSError)
