"""The TOML files that people write: sources and tables, claims, catalogue, vocabulary, assumptions; their terms and
types.

The ground floor: nothing here imports from another room. What a file says is checked against itself and the vocabulary;
whether the CSV agrees with its contract is checked when its cells are read.
"""
