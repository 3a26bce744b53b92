"""Write `docs/settings.md` from `config/env.py`."""

from dataclasses import fields

from config.env import Env
from config.generated import GeneratedPage

HEAD = """# Settings

Generated from `config/env.py` by `manage.py settings_docs`. Each is an environment variable; each may also come from a
file named by the same variable with `_FILE` behind it (for container secrets). `make run` keeps its choices in
`var/site.env`, and `development` and `demo` keep their own keys in `var/keys.env`.

In `production` the site refuses to start without its own keys, HTTPS, host names, PostgreSQL, Redis and mail, each in
one line.

| variable | default | meaning |
|---|---|---|
"""


class Command(GeneratedPage):
    """`manage.py settings_docs [--check]`."""

    help = "Write docs/settings.md."
    page = "settings.md"

    def render(self) -> str:
        """One row a variable."""
        rows = []
        for item in fields(Env):
            default = "" if item.default == "" else f"`{item.default}`"
            if item.name == "var_dir":
                default = "`var/`"
            secret = " Secret." if item.metadata["secret"] else ""
            rows.append(f"| `{item.metadata['name']}` | {default} | {item.metadata['doc']}{secret} |")
        return HEAD + "\n".join(rows)
