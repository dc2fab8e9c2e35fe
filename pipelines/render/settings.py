"""What _quarto.yml says, as far as the built-in renderer understands it. Nothing is rendered here.

A key that is not listed is refused with its line: silence would make the two renderers differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import RigonomicsError

# Keys that mean something here, and those that only Quarto acts on; a nested mapping lists the keys below.
_ANY: dict[str, Any] = {}
_KNOWN: dict[str, Any] = {
    "project": {
        "type": None, "title": None, "output-dir": None, "render": _ANY, "resources": _ANY, "execute-dir": None,
        "pre-render": _ANY,
    },
    "website": {
        "title": None, "description": None, "favicon": None,
        "navbar": {"title": None, "left": _ANY, "search": None, "collapse-below": None, "background": None},
        "page-footer": None, "search": None, "page-navigation": None,
    },
    "format": {"html": _ANY},
    "execute": {"echo": None, "daemon": None, "freeze": None, "warning": None},
    "jupyter": None,
    "lang": None,
}  # fmt: skip
_HTML = {
    "theme", "css", "toc", "toc-depth", "toc-title", "include-in-header", "include-after-body", "include-before-body",
    "html-table-processing", "code-copy", "code-tools", "anchor-sections", "smooth-scroll", "fig-responsive", "email-obfuscation",
    "minimal", "grid", "respect-user-color-scheme", "link-external-newwindow", "highlight-style", "page-layout",
}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """An entry of the navigation bar: a page of the project and how it is called there."""

    page: str
    text: str


@dataclass(frozen=True)
class Settings:
    """_quarto.yml, reduced to what the built-in renderer needs."""

    path: Path
    title: str
    description: str
    language: str
    navigation: tuple[Link, ...]
    pages: tuple[str, ...]
    scripts: tuple[str, ...]
    header: str
    after_body: tuple[str, ...]
    stylesheets: tuple[str, ...]
    favicon: str
    toc: bool
    toc_depth: int
    toc_title: str
    echo: bool


def read_settings(folder: Path, shown_as: str) -> Settings:
    """The settings of the Quarto project in `folder`; messages call its file `shown_as`.

    Raises RigonomicsError if the file is missing, is no YAML, or says something that the built-in renderer does not know.
    """
    path = folder / "_quarto.yml"
    if not path.is_file():
        raise RigonomicsError(f"{shown_as} does not exist.", "The report's folder needs a _quarto.yml.")
    text = path.read_text(encoding="utf-8")
    node = _compose(text, shown_as)
    _refuse_unknown(node, _KNOWN, shown_as, "")
    raw: Mapping[str, Any] = yaml.safe_load(text) or {}
    html = _mapping(_mapping(raw, "format"), "html")
    website, project = _mapping(raw, "website"), _mapping(raw, "project")
    _refuse_unknown(_child(_child(node, "format"), "html"), dict.fromkeys(_HTML), shown_as, "format: html: ")
    navigation = tuple(_link(entry, shown_as) for entry in _mapping(website, "navbar").get("left", []))
    return Settings(
        path=path,
        title=str(website.get("title", "")),
        description=str(website.get("description", "")),
        language=str(raw.get("lang", "en")),
        navigation=navigation,
        pages=_pages(folder, project.get("render"), navigation, shown_as),
        scripts=tuple(_texts(project.get("pre-render"))),
        header="\n".join(_header(folder, entry, shown_as) for entry in _listed(html.get("include-in-header"))),
        after_body=tuple(_texts(html.get("include-after-body"))),
        stylesheets=tuple(_texts(html.get("css"))),
        favicon=str(website.get("favicon", "")),
        toc=bool(html.get("toc", False)),
        toc_depth=int(html.get("toc-depth", 3)),
        toc_title=str(html.get("toc-title", "On this page")),
        echo=bool(_mapping(raw, "execute").get("echo", True)),
    )


def read_yaml(text: str, known: Mapping[str, Any], shown_as: str, first_line: int, what: str) -> dict[str, Any]:
    """A mapping from YAML standing at `first_line` of the file `shown_as`. `what` names such a key in a refusal.

    Raises RigonomicsError for bad YAML and for a key that `known` does not list.
    """
    node = _compose(text, shown_as, first_line)
    if node is None:
        return {}
    _refuse_unknown(node, known, shown_as, what, first_line)
    loaded = yaml.safe_load(text)
    return dict(loaded)


def _compose(text: str, shown_as: str, first_line: int = 1) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = first_line + (error.problem_mark.line if error.problem_mark else 0)
        raise RigonomicsError(f"{shown_as}:{line}: {error.problem} in YAML.", "Mend the line.") from None
    if node is not None and not isinstance(node, yaml.MappingNode):
        raise RigonomicsError(
            f"{shown_as}:{first_line}: the YAML is no list of 'key: value' lines.", "Write it as one."
        )
    return node


def _refuse_unknown(
    node: yaml.Node | None, known: Mapping[str, Any], shown_as: str, what: str, first_line: int = 1
) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.value not in known:
            raise RigonomicsError(
                f"{shown_as}:{first_line + key.start_mark.line}: the built-in renderer does not know"
                f" '{what}{key.value}'.",
                f"It knows {', '.join(sorted(known))}. Leave it out, or teach it to pipelines/render.",
            )
        if isinstance(known[key.value], Mapping) and known[key.value]:
            _refuse_unknown(value, known[key.value], shown_as, f"{what}{key.value}: ", first_line)


def _child(node: yaml.Node | None, name: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == name:
                found: yaml.Node = value
                return found
    return None


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


def _header(folder: Path, entry: Any, shown_as: str) -> str:
    match entry:
        case {"text": str(text)}:
            return text
        case str(name):
            if (folder / name).is_file():
                return (folder / name).read_text(encoding="utf-8")
            raise RigonomicsError(
                f"{shown_as}: include-in-header names {name}, which does not exist.", "Mend the name."
            )
    raise RigonomicsError(f"{shown_as}: include-in-header {entry!r} is not understood.", "Give a file or {text: …}.")


def _pages(folder: Path, render: Any, navigation: tuple[Link, ...], shown_as: str) -> tuple[str, ...]:
    """Pages in the order of the navigation, then the others by name. Files whose name begins with _ are parts, not pages."""
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
