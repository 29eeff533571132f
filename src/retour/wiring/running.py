"""What every command shares: settings from options, errors in words, exit codes."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Final

import uvloop

from retour.kernel.problems import InvalidRequest
from retour.settings import BadSetting, Settings, load
from retour.store.database import SchemaTooNew
from retour.store.embedded import EmbeddedServerError
from retour.wiring.logs import configure

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

FAILED: Final = 1
MISUNDERSTOOD: Final = 2
REFUSED: Final = 3
INTERRUPTED: Final = 130


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    sys.stderr.write(f"retour: {message}\n")


def carry_out(
    use: Callable[[Settings], Coroutine[None, None, int]],
    *,
    data: Path | None,
    database_url: str | None,
    host: str | None = None,
    port: int | None = None,
) -> int:
    """Read the settings, run ``use``, and turn what people can mend into words and an exit code."""
    try:
        settings = load(data=data, database_url=database_url, host=host, port=port)
        configure(settings.log)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_until_terminated(use(settings)))
    except (BadSetting, InvalidRequest) as error:
        complain(str(error))
        return MISUNDERSTOOD
    except (EmbeddedServerError, SchemaTooNew, OSError) as error:
        complain(str(error))
        return FAILED
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED


async def _until_terminated(use: Coroutine[None, None, int]) -> int:
    """Let SIGTERM end what runs as SIGINT does: in order, and the database server with it."""
    whole = asyncio.current_task()
    assert whole is not None, "a coroutine runs in a task"
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, whole.cancel)
    return await use
