"""The short form of the attack on sources: contract, tables, corrections."""

from tests.attack import ingest


def test_a_source_of_any_shape_is_refused_or_every_cell_of_it_is_found_again() -> None:
    ended = ingest.attack(20261125, 50)
    assert "observed" in ended
