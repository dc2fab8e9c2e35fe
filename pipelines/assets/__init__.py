"""The Dagster graph: thin assets that name their inputs, call one function or run one SELECT, and report what they made.

No formula, no parsing and no SQL of a table lives here.
"""
