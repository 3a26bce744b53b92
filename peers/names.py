"""The name a group knows somebody by, as a form takes it."""

from django import forms


def readable(given: object) -> str:
    """The name with its spaces put right. Raises `ValidationError` for one that people cannot read."""
    name = " ".join(str(given).split())
    if not name or not name.isprintable():
        raise forms.ValidationError("Choose a name that people can read.")
    return name
