"""What this ring drives a browser with."""

from __future__ import annotations

from tests.support.browser_fixtures import (
    auditor,
    browser,
    mailbox,
    mailing,
    opened,
    page,
    pytest_collection_finish,
    server,
    shop,
)

__all__ = (
    "auditor",
    "browser",
    "mailbox",
    "mailing",
    "opened",
    "page",
    "pytest_collection_finish",
    "server",
    "shop",
)
