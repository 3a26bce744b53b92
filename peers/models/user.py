"""A person who signs in."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import now


class UserManager(BaseUserManager["User"]):
    """Makes people. An e-mail address is compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **values: Any) -> "User":
        """A new person with `email` and, where given, a password."""
        user = self.model(email=self.normalize_email(email).lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with this e-mail address, in any case."""
        return self.get(email__iexact=username or "")


class User(AbstractBaseUser):
    """Known to everybody by a display name they chose. The legal name and birth date are sealed and staff-only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    display_name = models.CharField(max_length=40)
    legal_name_sealed = models.BinaryField(null=True, help_text="Sealed with the person's key; staff only.")
    birth_date_sealed = models.BinaryField(null=True, help_text="ISO date, sealed with the person's key.")
    callback_number_sealed = models.BinaryField(null=True, help_text="Where staff may call back; sealed.")
    timezone = models.CharField(max_length=60, blank=True, help_text="IANA name; empty: the programme's.")
    theme = models.CharField(max_length=10, blank=True, help_text="`light`, `dark`, or empty to follow the system.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        """The id: a name must not slip into a log by way of a repr."""
        return f"person {self.id}"
