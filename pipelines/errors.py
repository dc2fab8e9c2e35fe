"""Errors that a user can fix: what is wrong, where, and what to do. Anything else is a bug and keeps its traceback."""


class RigonomicsError(Exception):
    """A user's mistake or a broken input.

    `message` names the place (file, row, column, text) and what is wrong with it; `remedy` says what to do about it.
    `exit_code` is what the command ends with.
    """

    exit_code = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class ContractError(RigonomicsError):
    """A declaration under data/ or analysis/ that cannot be understood or contradicts itself."""

    exit_code = 2


class CheckFailed(RigonomicsError):
    """A blocking check found rows that must not be published."""

    exit_code = 3


class NothingPublished(RigonomicsError):
    """A query or a report was asked for before anything was published."""

    exit_code = 4
