"""Search, queues, views, reports and the log used once each, to hold what is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.running import order_body

if TYPE_CHECKING:
    from tests.doors.test_documents import Story


async def tell(story: Story) -> None:
    """Use everything about finding and counting."""
    found = await story.use("search", query="q=sku-1")
    one = found["data"][0]["id"]
    await story.use("put_return_owner", return_id=one)
    await story.use("put_lease", return_id=one)
    await story.use("delete_lease", return_id=one)
    await story.use("put_snooze", return_id=one)
    await story.use("delete_snooze", return_id=one)
    await story.shop.ask("PUT", "/orders/side-by-side", order_body(1))
    line = {"line": "1", "quantity": 1, "reason": "Torn"}
    body = {"order_number": "side-by-side", "lines": [line]}
    waits = (await story.shop.ask("POST", "/returns", body))["id"]
    await story.use("preview_held_decision", return_id=waits)
    await story.use("put_held_decision", return_id=waits)
    await story.use("read_held_decision", return_id=waits)
    await story.use("list_held_decisions")
    await story.use("delete_held_decision", return_id=waits)
    await story.use("count_queues")
    await story.use("read_queue", queue="policy_exception")
    await story.use("read_queue", queue="settle", query="direction=previous&owner=nobody")
    view = (await story.use("create_saved_view"))["id"]
    await story.use("list_saved_views")
    await story.use("delete_saved_view", view_id=view)
    await story.use("list_queue_depths")
    await story.use("list_refunds_due")
    await _write(story, found["data"][0]["id"])
    await story.use("list_reports")
    await story.use("read_report", report="by_sku")
    written = await story.shop.call("GET", "/reports/by_sku/csv")
    assert written.body.startswith(b"sku,returned,sold,rate\r\n"), written
    story.answers["read_report_csv"] = written
    await story.use("list_audit", query="limit=20")


async def _write(story: Story, return_id: str) -> None:
    """Use answers that are written once, and a draft."""
    await story.use("put_reply_template", reply_code="photo")
    await story.use("list_reply_templates")
    await story.use("read_reply_template", reply_code="photo")
    reply = await story.use("read_reply", reply_code="photo", query=f"return={return_id}")
    assert "{{" not in reply["text"]
    await story.use("delete_reply_template", reply_code="photo")
    await story.use("put_message_draft", return_id=return_id)
    await story.use("read_message_draft", return_id=return_id)
    await story.use("delete_message_draft", return_id=return_id)
