"""The socket: accepts, reads one command a frame, answers each, and tells what its topics are told."""

import asyncio
import logging
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseFailure

from live import frames
from live.client import IDLE, MOVING, SIGNED_OUT, Client
from live.commands import COMMANDS, Answer, Refusal, read_fields
from live.events import VERSION
from live.hub import hub
from live.threads import reads
from live.wire import Send, out_for

IDLE_SECONDS = 60.0
logger = logging.getLogger("holdfast.socket")
Scope = dict[str, Any]


async def endpoint(scope: Scope, receive: Any, send: Send) -> None:
    """The ASGI endpoint of every WebSocket connection."""
    if (await receive())["type"] != "websocket.connect":
        return
    if scope["path"] != settings.LIVE_ENDPOINT:
        await send({"type": "websocket.close", "code": 4404})
        return
    # Daphne turns an early refusal into a bare 403; a client can only be told why after it was accepted.
    await send({"type": "websocket.accept"})
    user = scope.get("user")
    if user is None or not user.is_authenticated or not user.is_active:
        await send({"type": "websocket.close", "code": SIGNED_OUT})
        return
    own = hub()
    client = Client(own, out_for(scope, send), send, user.pk, scope["session"].session_key)
    own.clients.add(client)
    try:
        await own.began()
        # A sign-out before this look is seen by it; one after it is told to the hub, which knows this client by now.
        if not await reads(_signed_in, client.session_key):
            client.close_soon(SIGNED_OUT)
        else:
            await own.follow(client, f"person:{client.user_id}")
            await _serve(client, receive)
        await client.finished()
    except DatabaseFailure as error:
        logger.warning("a socket could not be let in (%s)", type(error).__name__)
        client.close_soon(MOVING)
        await client.finished()
    finally:
        client.abandon()
        await asyncio.shield(own.leave(client))


def _signed_in(session_key: str | None) -> bool:
    """Whether the sign-in that opened a socket still stands."""
    sessions = import_module(settings.SESSION_ENGINE).SessionStore()
    return bool(sessions.exists(session_key))


async def _serve(client: Client, receive: Any) -> None:
    """Answer frames, one after the other, until either side closes."""
    loop, serving = asyncio.get_running_loop(), asyncio.current_task()
    waiting = False

    def closed() -> None:
        if waiting and serving is not None:
            serving.cancel()  # nothing is under way: it only waits for a frame that need not come

    client.on_closed = closed
    idle = loop.call_later(IDLE_SECONDS, lambda: None if client.joined else client.close_soon(IDLE))
    try:
        while not client.closed:
            waiting = True
            message = await receive()
            waiting = False
            if message["type"] == "websocket.disconnect":
                return
            client.took()
            if client.closing is None:
                await _answer(client, message.get("text"))
    except asyncio.CancelledError:
        if not client.closed:
            raise
    finally:
        idle.cancel()


async def _answer(client: Client, text: str | None) -> None:
    cid: str | None = None
    try:
        if text is None:
            raise frames.Unreadable("bad_frame", "Frames are text.", None)
        frame = frames.read(text)
        cid = frame.cid
        known = COMMANDS.get(frame.command)
        if known is None:
            raise Refusal("bad_frame", "There is no such command.")
        answer: Answer = await known.handle(client, frame.cid, read_fields(known.frame, frame.fields))
        client.say({"v": VERSION, "ack": cid, "ok": True, **answer.extra, "seq": answer.seq})
    except Refusal as refused:
        _refuse(client, getattr(refused, "cid", cid), refused)
    except DatabaseFailure as error:
        logger.warning("storage failed (%s)", type(error).__name__)
        _refuse(
            client, cid, Refusal("storage_down", "We can't keep this right now. It is still with you; send it again.")
        )
    except Exception as error:
        # The traceback's frames could hold words; its type and place cannot.
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else "?"
        logger.error("a command broke: %s at %s", type(error).__name__, where)
        _refuse(client, cid, Refusal("broken", "Something broke on our side. It is still with you; send it again."))


def _refuse(client: Client, cid: str | None, refused: Refusal) -> None:
    client.say({"v": VERSION, "ack": cid, "ok": False, "code": refused.code, "reason": refused.reason})
    if refused.close is not None:
        client.close_soon(refused.close)
