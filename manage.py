#!/usr/bin/env python
"""Holdfast's command line."""

import os
import sys

from config.env import EnvError, read_env
from config.refusals import problems


def main() -> None:
    """Run one management command; settings that must not be served are refused in plain lines first."""
    try:
        refused = [line for line in problems(read_env()) if line]
    except EnvError as unreadable:
        sys.exit(str(unreadable))
    if refused and sys.argv[1:2] in (["serve"], ["worker"], ["migrate"]):
        sys.exit("\n".join(refused))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
