"""Write `docs/permissions.md` from `peers/permissions.py`."""

from config.generated import GeneratedPage
from peers.permissions import ROLE_GRANTS, Permission, Role

HEAD = """# Who may do what

Generated from `peers/permissions.py` by `manage.py permissions`. A role is held in a scope, a cohort or a programme;
nobody sees everything. `tests/role_matrix.csv` holds every page to this.

"""


class Command(GeneratedPage):
    """`manage.py permissions [--check]`."""

    help = "Write docs/permissions.md."
    page = "permissions.md"

    def render(self) -> str:
        """One row a permission, one column a role."""
        roles = list(Role)
        lines = ["| permission | " + " | ".join(role.label for role in roles) + " |", "|---|" + "---|" * len(roles)]
        for permission in Permission:
            held = ["yes" if permission in ROLE_GRANTS[role] else "" for role in roles]
            lines.append(f"| `{permission}` | " + " | ".join(held) + " |")
        return HEAD + "\n".join(lines)
