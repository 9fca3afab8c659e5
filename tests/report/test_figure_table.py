"""Tables of figures keep their labels, however many columns there are and however narrow the page is."""

import io

import pytest
from rich.console import Console

from pathsim.report.figures import figure_table

LABELS = ("Any of these", "Thrombocytopenia", "Acute graft-versus-host disease, of grade 3 or higher")
ARMS = [f"arm {number}\ncycle {cycle}\nn=1{number}{cycle}" for number in range(3) for cycle in range(2)]


def printed(width: int) -> list[str]:
    table = figure_table(("", ""), *((heading, "") for heading in ARMS))
    for row, label in enumerate(LABELS):
        table.add_row(label, *(f"{row}{column} (100%) †{row}" for column in range(len(ARMS))))
    page = io.StringIO()
    Console(file=page, width=width, color_system=None, markup=False, highlight=False).print(table)
    return page.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 114, 200])
def test_no_label_and_no_figure_is_cut_and_no_column_is_lost(width: int) -> None:
    lines = printed(width)
    words = " ".join(lines).split()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if "…" in line]
    assert all(word in words for label in LABELS for word in label.split()), "labels are broken between words only"
    for row in range(len(LABELS)):
        assert [words.count(f"{row}{column}") for column in range(len(ARMS))] == [1] * len(ARMS)
    assert sorted(word for word in words if word.startswith("n=")) == sorted(arm.split("\n")[2] for arm in ARMS)


def test_columns_stay_beside_each_other_where_there_is_room() -> None:
    assert " ".join(printed(200)).count("Thrombocytopenia") == 1


def test_each_of_several_tables_has_the_labels() -> None:
    assert " ".join(printed(60)).count("Thrombocytopenia") == 3, "two columns of 14 and labels of 18 fit into 60"


def test_a_table_without_figures_is_printed() -> None:
    table = figure_table(("label", ""))
    table.add_row("alone")
    page = io.StringIO()
    Console(file=page, width=40).print(table)
    assert "alone" in page.getvalue()
