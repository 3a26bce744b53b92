"""Sealed text opens only where it belongs, and only while its key lives."""

import base64
import os
import uuid

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from records import sealing
from records.models import DataKey

pytestmark = pytest.mark.django_db


def test_what_was_sealed_opens_again() -> None:
    owner = sealing.room(uuid.uuid4())
    assert sealing.unseal(owner, "m:1", sealing.seal(owner, "m:1", "still here")) == "still here"


def test_no_word_of_it_is_in_the_sealed_bytes() -> None:
    assert b"still" not in sealing.seal(sealing.room(uuid.uuid4()), "m:1", "still here, still here")


def test_it_does_not_open_beside_another_row_or_with_another_key() -> None:
    owner, other = sealing.room(uuid.uuid4()), sealing.room(uuid.uuid4())
    sealed = sealing.seal(owner, "m:1", "words")
    sealing.seal(other, "m:1", "so that the other has a key")
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(owner, "m:2", sealed)
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(other, "m:1", sealed)


def test_an_altered_byte_shows() -> None:
    owner = sealing.person(uuid.uuid4())
    sealed = bytearray(sealing.seal(owner, "name", "words"))
    sealed[-1] ^= 1
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(owner, "name", bytes(sealed))


def test_destroying_one_key_leaves_every_other_owner_readable() -> None:
    room, case = sealing.room(uuid.uuid4()), sealing.case(uuid.uuid4())
    message, evidence = sealing.seal(room, "m:1", "words"), sealing.seal(case, "e", "words")
    sealing.destroy(room)
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(room, "m:1", message)
    with pytest.raises(sealing.CannotOpen):
        sealing.seal(room, "m:2", "nothing new is sealed with a destroyed key")
    assert sealing.unseal(case, "e", evidence) == "words"


def test_a_key_made_in_a_transaction_that_rolled_back_is_not_remembered() -> None:
    owner = sealing.room(uuid.uuid4())
    with pytest.raises(RuntimeError), transaction.atomic():
        sealing.seal(owner, "m:1", "lost with its transaction")
        raise RuntimeError
    sealed = sealing.seal(owner, "m:2", "kept")
    sealing.forget_keys()
    assert sealing.unseal(owner, "m:2", sealed) == "kept"


def test_rotation_wraps_every_key_anew_and_the_old_site_key_may_go(settings: object) -> None:
    owner = sealing.room(uuid.uuid4())
    sealed = sealing.seal(owner, "m:1", "words")
    old = settings.SEALING_KEYS  # type: ignore[attr-defined]
    new = f"k2:{base64.b64encode(os.urandom(32)).decode()}"
    settings.SEALING_KEYS = f"{new},{old}"  # type: ignore[attr-defined]
    assert sealing.rewrap() == DataKey.objects.count() == 1
    assert sealing.rewrap() == 0
    settings.SEALING_KEYS = new  # type: ignore[attr-defined]
    sealing.forget_keys()
    assert sealing.unseal(owner, "m:1", sealed) == "words"
    settings.SEALING_KEYS = old  # type: ignore[attr-defined]
    sealing.forget_keys()
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(owner, "m:1", sealed)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_comes_back_exactly(text: str) -> None:
    owner = sealing.room(uuid.UUID(int=7))
    assert sealing.unseal(owner, "m:1", sealing.seal(owner, "m:1", text)) == text
