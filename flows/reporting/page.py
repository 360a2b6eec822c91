"""How pages are written: whole HTML files that need nothing but themselves."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from flows.reporting import wording

TEMPLATES = Path(__file__).parent


def write_page(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the new one, whole."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)


def page_environment() -> Environment:
    """Templates in which everything is escaped, and a name that does not exist is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["css"] = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704 - ours
    names = ("count", "share", "figure", "one", "gain", "interval", "wrote", "day", "short_day")
    environment.filters.update({name: getattr(wording, name) for name in names})
    return environment
