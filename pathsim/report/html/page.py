"""A report as one page of HTML that needs nothing else, and its figures as files."""

from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pathsim.report.html.content import ReportDocument, ReportFigure, Told
from pathsim.report.html.figures.drawing import FORMATS, as_file, on_page, placed
from pathsim.text import harmless_lines


def page(document: ReportDocument) -> str:
    """The page. All text in it is escaped, and harmless."""
    environment = Environment(
        loader=PackageLoader("pathsim.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: harmless_lines(value) if type(value) is str else value,
        keep_trailing_newline=True,
    )
    environment.tests["told"] = lambda value: isinstance(value, Told)
    environment.globals["drawing"] = _drawing
    return environment.get_template("report.html.j2").render(document=document)


def _drawing(figure: ReportFigure) -> Markup:
    """The drawing of a figure. Its labels are escaped where they are drawn."""
    if figure.draw is not None:
        return Markup(on_page(figure.name, figure.draw, figure.alternative))  # noqa: S704
    return Markup(placed(figure.svg, figure.name, figure.alternative, named_colors=False))  # noqa: S704


def figure_files(document: ReportDocument) -> Iterator[tuple[str, bytes]]:
    """Each figure as SVG, PDF and PNG, with the name of its file; a drawing that is an SVG already as that."""
    for figure in document.figures:
        if figure.draw is None:
            yield f"{figure.name}.svg", figure.svg.encode()
            continue
        for form in FORMATS:
            yield f"{figure.name}.{form}", as_file(figure.name, figure.draw, form)
