"""placeholder"""

from typing import Any


def parts_list(*_: Any) -> "list[Any] | None":
    """Not yet."""
    return None
