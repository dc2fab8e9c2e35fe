"""Reading TOML files of the project."""

import tomllib
from pathlib import Path
from typing import Any

from pipelines.errors import ContractError


def read_toml(path: Path, relative: str) -> dict[str, Any]:
    """The content of a TOML file. Raises ContractError naming file and line if it is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{relative} is not valid TOML: {error}.", "Mend the line it names.") from error
    except OSError as error:
        raise ContractError(f"{relative} cannot be read: {error.strerror}.", "Put the file there.") from error
