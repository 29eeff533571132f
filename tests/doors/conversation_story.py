"""Uses every route of photos and conversations once, for the documents' story."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.doors.client import call
from tests.support import pictures
from tests.support.letters import letter

if TYPE_CHECKING:
    from tests.doors.test_documents import Story


async def tell(story: Story, ret: str) -> None:
    """Show a return, talk about it, take mails in."""
    await _photos(story, ret)
    await story.use("write_customer_message", return_id=ret)
    await story.use("list_customer_messages", return_id=ret)
    await story.use("list_return_messages", return_id=ret)
    listed = await story.use("list_messages")
    await story.use("note_message", message_id=listed["data"][0]["id"])
    hook = urlsplit(str((await story.use("read_mail_settings"))["hook"])).path
    first, second = [
        (await call(story.shop.app, "POST", hook, letter("help@shop.example.com"))).json["id"]
        for _ in range(2)
    ]
    await story.use("list_incoming_mails")
    await story.use("read_incoming_mail", mail_id=first)
    await story.use("match_incoming_mail", {"return": ret}, mail_id=first)
    await story.use("discard_incoming_mail", mail_id=second)


async def _photos(story: Story, ret: str) -> None:
    jpeg = {"content-type": "image/jpeg"}
    sent = pictures.encoded(pictures.gradient(40, 30), "JPEG")
    story.answers["upload_photo"] = taken = await story.shop.call("POST", "/photos", sent, jpeg)
    photo = str(taken.json["id"])
    await story.use("attach_photo", {"photo": photo}, return_id=ret)
    await story.use("read_photo", photo_id=photo)
    await story.use("list_return_photos", return_id=ret)
    where = f"/photos/{photo}/image"
    story.answers["read_photo_image"] = await story.shop.call("GET", where)
    await story.use("delete_photo", photo_id=photo)
