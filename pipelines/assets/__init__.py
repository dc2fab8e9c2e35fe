"""The steps of a refresh as a Dagster graph: thin assets over `pipelines.steps`, which do all the work.

Assets: https://docs.dagster.io/guides/build/assets. No formula, no parsing and no SQL of a table lives here.
"""
