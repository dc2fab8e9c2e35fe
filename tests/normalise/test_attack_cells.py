"""The short form of the attack on cells."""

from tests.attack.cells import wrong


def test_no_generated_cell_is_silently_misread() -> None:
    misread, refused = wrong(seed=1, tries=3000)
    assert misread == []
    assert refused <= 30
