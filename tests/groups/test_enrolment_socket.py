"""What ends while somebody is connected: a membership, a role, a sign-in. Over real sockets."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from groups.services import enrolment
from live import revoke
from live.hub import stop_hub
from live.threads import reads
from peers.models import Grant, User
from peers.services import roles
from tests.cast import Cast
from tests.live.conftest import Socket

pytestmark = pytest.mark.django_db(transaction=True)
Sockets = Callable[..., Awaitable[Socket]]


@pytest.fixture
async def joined(live_cast: Cast) -> AsyncIterator[Sockets]:
    """Connected sockets that follow Harbor's room, closed at the end."""
    opened: list[Socket] = []

    async def connect(user: User) -> Socket:
        socket = Socket(user)
        await socket.connect()
        opened.append(socket)
        answer, _ = await socket.ask(cmd="join", cid="j", room=str(live_cast.harbor_room.pk))
        assert answer["ok"]
        return socket

    yield connect
    for socket in opened:
        await socket.wire.disconnect()
    await stop_hub()


async def still_open(socket: Socket, cast: Cast) -> bool:
    """Whether the socket still answers."""
    answer, _ = await socket.ask(cmd="join", cid="again", room=str(cast.harbor_room.pk))
    return bool(answer["ok"])


async def done(work: Callable[[], Any]) -> None:
    """Do what staff do, as a request does it."""
    await reads(work)


async def test_discharge_closes_their_sockets_and_nobody_elses(live_cast: Cast, joined: Sockets) -> None:
    ben, ana = await joined(live_cast.ben), await joined(live_cast.ana)
    harbor, person = live_cast.harbor.pk, live_cast.ben.pk
    await done(lambda: enrolment.discharge(cohort_id=harbor, person_id=person, by=live_cast.ada.pk))
    assert await ben.closed() == 4403
    assert await still_open(ana, live_cast)


async def test_a_role_that_ends_closes_their_sockets(live_cast: Cast, joined: Sockets) -> None:
    cory, ana = await joined(live_cast.cory), await joined(live_cast.ana)

    def end() -> None:
        roles.end(grant_id=Grant.objects.get(person=live_cast.cory).pk, by=live_cast.sam.pk)

    await done(end)
    assert await cory.closed() == 4403
    assert await still_open(ana, live_cast)


async def test_signing_out_closes_the_sockets_of_that_device_only(live_cast: Cast, joined: Sockets) -> None:
    phone, laptop = await joined(live_cast.ana), await joined(live_cast.ana)
    await done(lambda: revoke.sign_out(session_key=phone.session.session_key))
    assert await phone.closed() == 4401
    assert await still_open(laptop, live_cast)
