"""Mail without a mail server: every message becomes a file in the outbox folder."""

import uuid
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class OutboxBackend(BaseEmailBackend):
    """Writes `var/outbox/*.eml`, complete or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message; returns how many."""
        folder = settings.OUTBOX_DIR
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            path = folder / f"{uuid.uuid4()}.eml"
            draft = path.with_suffix(".tmp")
            draft.write_bytes(message.message().as_bytes())
            draft.rename(path)
        return len(email_messages)
