"""Scraped text to quantities in canonical units (`vocabulary`, `quantities`) and names to ids (`names`).

Files are read in `ingest`, tables are built in `warehouse`; formulas live in `analysis/`.
"""
