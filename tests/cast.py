"""The cast for tests: the demo's own people and places (config/demo/cast.py), with a quick password."""

from config.demo.cast import Cast, build

PASSWORD = "a harbor at night"

__all__ = ["PASSWORD", "Cast", "make_cast"]


def make_cast() -> Cast:
    """Everybody of the demo, anew, as of now."""
    return build(PASSWORD)
