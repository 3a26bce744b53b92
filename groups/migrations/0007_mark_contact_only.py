"""Marks say themselves that nothing but contact was found: in a peer room they hold no findings."""

from typing import Any

from django.db import migrations, models

CONTACT = ("contact exchange", "contact exchange (es)")
"""The rules of that category when this was written: a mark keeps no category."""


def tell(apps: Any, schema_editor: Any) -> None:
    """Those that are there."""
    marks = apps.get_model("groups", "Mark").objects
    known = [
        pk
        for pk, findings in marks.exclude(findings=[]).values_list("pk", "findings")
        if all(one["rule"] in CONTACT for one in findings)
    ]
    marks.filter(pk__in=known).update(contact_only=True)


class Migration(migrations.Migration):
    dependencies = [("groups", "0006_mark")]

    operations = [
        migrations.AddField(
            model_name="mark",
            name="contact_only",
            field=models.BooleanField(
                default=False,
                help_text="Nothing but a way to reach somebody outside was found: its author is told so.",
            ),
        ),
        migrations.RunPython(tell, migrations.RunPython.noop),
    ]
