"""Every address, command and kind of topic as every role, against a table that people read.

A new address or command without a row fails. `WRITE_ROLE_MATRIX=1 .venv/bin/pytest tests/test_role_matrix.py` writes
the table anew; read the difference before you commit it: each cell is somebody being let in or turned away.
"""

import csv
import os
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.matrix import TABLE, measure, write


def kept() -> dict[str, dict[str, str]]:
    """The checked-in table."""
    with Path(TABLE).open(newline="") as file:
        return {row["what"]: row for row in csv.DictReader(file)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
async def test_everybody_is_let_in_and_turned_away_as_the_table_says(live_cast: Cast) -> None:
    found = await measure(live_cast)
    if os.environ.get("WRITE_ROLE_MATRIX"):
        write(found)
    table = kept()
    assert sorted(set(found) - set(table)) == [], "without a row in tests/role_matrix.csv"
    assert sorted(set(table) - set(found)) == [], "rows of what is no more"
    wrong = [
        f"{what} as {who}: the table says {table[what][who]}, it is {answer}"
        for what, answers in found.items()
        for who, answer in answers.items()
        if table[what][who] != answer
    ]
    assert wrong == []
