"""Scraped text to quantities in canonical units (`quantities`) and names to ids (`names`).

What files may say lives in `contracts`, they are read in `ingest`, tables are built in `warehouse`; formulas live in
`analysis/`.
"""
