"""The short form of the attack on contracts, catalogue, assumptions and vocabulary."""

import pytest

from tests.attack import contracts
from tests.attack.__main__ import main, names


def test_any_value_of_any_key_is_refused_or_works() -> None:
    assert contracts.attack(20261125, 300).startswith("nothing")


def test_an_attack_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "contracts" in names()
    with pytest.raises(SystemExit):
        main(["contract"])
    assert "no attack 'contract'" in capsys.readouterr().err
