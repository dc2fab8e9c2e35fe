"""The short form of the attack on cells."""

from tests.attack.cells import REFUSED_AT_MOST, wrong


def test_no_generated_cell_is_silently_misread() -> None:
    misread, refused, plain = wrong(seed=1, tries=3000)
    assert misread == []
    assert len(refused) <= REFUSED_AT_MOST * plain
    assert plain > 300
