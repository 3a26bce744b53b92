"""Random bytes fetched some at a time: none twice, not even in a child process."""

import os
import threading

from records import entropy


def test_nothing_is_given_twice() -> None:
    taken: list[bytes] = []

    def take() -> None:
        for size in (12, 16, 32) * 500:
            piece = entropy.take(size)
            assert len(piece) == size
            taken.append(piece[:12])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == len(taken) == 6000


def test_more_than_is_fetched_at_a_time_comes_whole() -> None:
    assert len(entropy.take(3 * entropy.AT_ONCE)) == 3 * entropy.AT_ONCE


def test_an_id_is_a_random_uuid() -> None:
    assert {entropy.new_id().version for _ in range(100)} == {4}


def test_a_child_does_not_give_what_its_parent_fetched() -> None:
    entropy.take(1)
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.write(write, entropy.take(16))
        os._exit(0)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as theirs:
        os.close(write)
        assert theirs.read(16) != entropy.take(16)
