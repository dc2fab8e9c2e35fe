"""Files of the site that are made when it is rendered: the Vega library and the footer. Run by both renderers as a
script.

It imports nothing of this package, since it runs before any page. Environment: RIGONOMICS_ASSETS, the folder to write
into (assets/ unless said); RIGONOMICS_VEGA_JS, a library written earlier, kept if it is of the same version;
RIGONOMICS_DATABASE; RIGONOMICS_RENDERER.
"""

import html
import os
from datetime import datetime
from importlib import metadata
from pathlib import Path

import duckdb
import vl_convert

_DEFAULT_DATABASE = Path(__file__).resolve().parents[2] / "data" / "curated" / "rigonomics.duckdb"


def vega_library(earlier: Path | None) -> str:
    """Vega as one script that sets window.vega to its View and parse; the first line names its version.

    Charts come compiled, so that Vega-Lite and Vega-Embed, a third of the whole, stay out.
    """
    version = vl_convert.get_vega_version()
    first = f"/* vega {version}, bundled by vl-convert {metadata.version('vl-convert-python')} */\n"
    if earlier is not None and earlier.is_file():
        library = earlier.read_text(encoding="utf-8")
        if library.startswith(first):
            return library
    try:
        library = vl_convert.javascript_bundle(
            f"import * as all from '/npm/vega@{version}/+esm'; window.vega = {{View: all.View, parse: all.parse}};"
        )
    except (RuntimeError, ValueError):
        # The name under which the bundler knows Vega is its own affair; through Vega-Embed it is always there.
        library = vl_convert.javascript_bundle(
            "window.vega = {View: vegaEmbed.vega.View, parse: vegaEmbed.vega.parse};"
        )
    return first + library


def footer(database: Path, renderer: str) -> str:
    """Of which day the numbers are, of which data, made by which code and renderer."""
    facts = []
    if database.is_file():
        with duckdb.connect(str(database), read_only=True) as connection:
            facts = _facts(connection)
    facts.append(("Rendered by", renderer))
    items = "".join(f"<div><dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd></div>" for name, value in facts)
    return (
        f'<footer class="page-footer"><div class="page-footer-row"><dl class="colophon">{items}</dl></div></footer>\n'
    )


def _facts(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    published = {name for (name,) in connection.sql("select table_name from duckdb_tables()").fetchall()}
    if "refreshes" not in published:
        return []
    columns = connection.sql("select * from refreshes limit 0").columns
    order = next((name for name in ("refreshed_at", "refresh_id") if name in columns), "as_of")
    rows = connection.sql(f"select * from refreshes order by {order} desc limit 1").fetchall()
    if not rows:
        return []
    newest = dict(zip(columns, rows[0], strict=True))
    named = (
        ("Refreshed", "refreshed_at"),
        ("Prices as of", "as_of"),
        ("Raw data", "raw_digest"),
        ("Code", "code_version"),
    )
    # Twelve digits tell digests apart.
    shown = {column: _written(value) for column, value in newest.items() if value is not None}
    shown |= {"raw_digest": shown["raw_digest"][:12]} if "raw_digest" in shown else {}
    return [(name, shown[column]) for name, column in named if column in shown]


def _written(value: object) -> str:
    """A fact in words: a time to the minute, as 25 November 2026, 13:29 UTC."""
    return f"{value:%-d %B %Y, %H:%M} UTC" if isinstance(value, datetime) else str(value)


def main() -> None:
    """Write vega.js and footer.html."""
    assets = Path(os.environ.get("RIGONOMICS_ASSETS", "assets"))
    earlier = os.environ.get("RIGONOMICS_VEGA_JS")
    database = Path(os.environ.get("RIGONOMICS_DATABASE", _DEFAULT_DATABASE))
    assets.mkdir(exist_ok=True)
    (assets / "footer.html").write_text(
        footer(database, os.environ.get("RIGONOMICS_RENDERER", "Quarto")), encoding="utf-8"
    )
    library = vega_library(Path(earlier) if earlier else assets / "vega.js")
    (assets / "vega.js").write_text(library, encoding="utf-8")


if __name__ == "__main__":
    main()
