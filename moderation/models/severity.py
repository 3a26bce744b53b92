"""How grave, and which lane (product.md section 4)."""

from django.db import models


class Severity(models.IntegerChoices):
    """Ordered: the maximum counts, never a sum."""

    GREEN = 0, "green"
    AMBER = 1, "amber"
    RED = 2, "red"
    CRISIS = 3, "crisis"


class Lane(models.TextChoices):
    """Care never punishes; conduct has proportionate measures."""

    CARE = "care"
    CONDUCT = "conduct"
