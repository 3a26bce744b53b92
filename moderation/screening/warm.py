"""Making every phrase ready while a server already serves, so that no message waits until its phrases are."""

from threading import Thread
from time import sleep

from moderation.screening.lexicon import languages

PAUSE_SECONDS = 0.002
"""Between two phrases, for everybody else; a phrase takes about half of that."""


def in_background() -> Thread:
    """Compile all phrases on a thread of its own that ends with the process."""
    thread = Thread(target=now, args=(PAUSE_SECONDS,), name="lexicon", daemon=True)
    thread.start()
    return thread


def now(pause: float = 0.0) -> None:
    """Compile all phrases, with a pause in seconds after each."""
    for language in languages():
        for phrase in language.phrases:
            _ = phrase.parts
            sleep(pause)
