"""How anything is kept: sealed, audited, never silently lost. Knows no domain word."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    """Registers the chainer with the worker and the grants with `migrate`."""

    name = "records"

    def ready(self) -> None:
        """Register."""
        from records import chain, due, ownership

        due.register("audit chain", chain.link, every=2.0)
        post_migrate.connect(ownership.grant, sender=self)
