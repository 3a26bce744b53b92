"""Triggers on the audit tables."""

from django.db import migrations

from records import triggers


def forwards(apps, schema_editor):
    if triggers.wanted():
        triggers.install(schema_editor.connection)


def backwards(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
