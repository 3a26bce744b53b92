"""How anything is kept: sealed, audited, never silently lost. Knows no domain word."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """How anything is kept: sealed, audited, never silently lost. Knows no domain word."""

    name = "records"
