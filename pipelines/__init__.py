"""Rigonomics: from scraped tables to a DuckDB file and a report on what local language models cost.

Rooms, from the ground up: `contracts` (the TOML files that people write), `ingest` (files to text cells), `normalise`
(text to quantities and ids), `warehouse` (declared tables, checks, publishing), `assets` (the Dagster graph), `render`
(the report), `cli` (the command). No formula lives here: formulas are DuckDB macros in `analysis/`.
"""

__version__ = "0.1.0"
