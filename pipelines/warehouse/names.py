"""Names and texts as SQL writes them."""


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal for SQL statements that take no parameters (COMMENT, COPY)."""
    return "'" + text.replace("'", "''") + "'"
