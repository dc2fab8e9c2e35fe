"""The DuckDB file: declared tables, how they are built and checked, and how they are published whole.

No formula and no SELECT of a public table lives here; those are files in analysis/.
"""
