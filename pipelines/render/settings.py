"""What _quarto.yml says, as far as the built-in renderer acts on it; the rest is for Quarto. Nothing is rendered
here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import RigonomicsError


@dataclass(frozen=True)
class Link:
    """An entry of the navigation bar: a page of the project and how it is called there."""

    page: str
    text: str


@dataclass(frozen=True)
class Settings:
    """_quarto.yml, reduced to what the built-in renderer needs. `website` and `html` are its sections of these
    names."""

    website: Mapping[str, Any]
    html: Mapping[str, Any]
    language: str
    navigation: tuple[Link, ...]
    pages: tuple[str, ...]
    scripts: tuple[str, ...]
    last_scripts: tuple[str, ...]
    header: str
    echo: bool

    @property
    def title(self) -> str:
        """Of the site."""
        return str(self.website.get("title", ""))

    @property
    def after_body(self) -> list[str]:
        """Files whose text ends every page."""
        return _texts(self.html.get("include-after-body"))

    @property
    def stylesheets(self) -> list[str]:
        """Addresses of the stylesheets, within the site."""
        return _texts(self.html.get("css"))


def read_settings(folder: Path, shown_as: str) -> Settings:
    """The settings of the Quarto project in `folder`; messages call its file `shown_as`.

    Raises RigonomicsError if the file is missing or is no YAML, or if it names a page that does not exist.
    """
    path = folder / "_quarto.yml"
    if not path.is_file():
        raise RigonomicsError(f"{shown_as} does not exist.", "The report's folder needs a _quarto.yml.")
    raw = read_yaml(path.read_text(encoding="utf-8"), shown_as, 1)
    html = _mapping(_mapping(raw, "format"), "html")
    website, project = _mapping(raw, "website"), _mapping(raw, "project")
    navigation = tuple(_link(entry, shown_as) for entry in _mapping(website, "navbar").get("left", []))
    return Settings(
        website=website,
        html=html,
        language=str(raw.get("lang", "en")),
        navigation=navigation,
        pages=_pages(folder, project.get("render"), navigation, shown_as),
        scripts=tuple(_texts(project.get("pre-render"))),
        last_scripts=tuple(_texts(project.get("post-render"))),
        header="\n".join(str(entry["text"]) for entry in _listed(html.get("include-in-header"))),
        echo=bool(_mapping(raw, "execute").get("echo", True)),
    )


def read_yaml(text: str, shown_as: str, first_line: int) -> dict[str, Any]:
    """A mapping from the YAML that begins at `first_line` of the file `shown_as`. Raises RigonomicsError for bad
    YAML."""
    try:
        loaded = yaml.safe_load(text) or {}
    except yaml.MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        raise RigonomicsError(f"{shown_as}:{line}: {error.problem} in YAML.", "Fix the line.") from None
    if not isinstance(loaded, dict):
        raise RigonomicsError(f"{shown_as}:{first_line}: this is no list of 'key: value' lines.", "Write it as one.")
    return loaded


def _mapping(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _texts(value: Any) -> list[str]:
    return [str(entry) for entry in _listed(value)]


def _link(entry: Any, shown_as: str) -> Link:
    match entry:
        case {"href": str(page), "text": str(text), **rest} if not rest and page.endswith(".qmd"):
            return Link(page, text)
    raise RigonomicsError(
        f"{shown_as}: the navbar entry {entry!r} is not understood.",
        "Write each as {href: page.qmd, text: Name}; menus are not supported.",
    )


def _pages(folder: Path, render: Any, navigation: tuple[Link, ...], shown_as: str) -> tuple[str, ...]:
    """Pages in the order of the navigation, then the others by name. Files whose name begins with _ are parts, not
    pages."""
    if render is not None:
        found = _texts(render)
    else:
        found = sorted(path.name for path in folder.glob("*.qmd") if not path.name.startswith("_"))
    for name in [*found, *(link.page for link in navigation)]:
        if not (folder / name).is_file():
            raise RigonomicsError(f"{shown_as}: the page {name} does not exist.", "Write it, or take it off the list.")
    first = [link.page for link in navigation if link.page in found]
    pages = (*first, *(name for name in found if name not in first))
    if not pages:
        raise RigonomicsError(f"{shown_as}: there are no pages beside it.", "Add an index.qmd.")
    return pages
