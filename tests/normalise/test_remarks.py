"""What stands behind a figure is read to its last word, or the cell is refused: nothing may change a figure unseen."""

import csv
import io
from pathlib import Path

import pytest

from tests.normalise.sources import read_table

REFUSED = """\
attribute|cell|reason
price|$1,299 - EUR|several currencies: EUR, USD
price|$5–10 (EUR)|several currencies: EUR, USD
price|1.299 €|locale
price|¥198,000|JPY or CNY
price|12990 kr|SEK or NOK or DKK or ISK
usd_per_hour|$1.99/hr (EUR)|several currencies
price|$1.2 mil|mil
price|$1,299 (in thousands)|thousands
price|$12.5 cents|cents
price|$1,299 (per month)|per month
price|$1,299 mo|mo
price|$1,299 x 24 months|24 months
price|$5 (per GB)|per GB
price|$1,299 (pair)|pair
price|$1,299 (4-pack)|4-pack
price|$1,299 (x2)|x2
price|$200 off|off
price|$99 deposit|deposit
price|$99 down|down
price|$1,299 after discount|discount
price|$1,299 (was $1,599)|was
price|$1,299 + shipping|shipping
price|1.299 dollars|thousands written with a point
price|$1 299|299
price|$1'299|left over
price|2 pairs from $349|349
price|$1,299 (used)|the cell says used, where condition is street
price|$1,299 refurbished|the cell says refurbished
cuda_cores|21.760|may be thousands
cores|2.5|no fraction
memory_bandwidth|1.792 GB/s|may be thousands
tdp|1.500 W|may be thousands
memory|24 GB sec|sec
memory|24 GB (per second)|per second
memory|24 GB (2x12)|2x12
tdp|575 W saved|saved
tdp|22 W (idle)|idle
tdp|575 W less|less
quality|5% loss|loss
tokens_per_s|20 tok/s slower|slower
tokens_per_s|450 tok/s (prefill)|the cell says prefill, where phase is decode
tokens_per_s|400 tok/s batch-8|batch-8
parameters|37B active|active
"""
FACTS = '[t.defaults]\nhardware = "RTX 4090"\nmodel = "70B"\nquantization = "Q4"\ncondition = "street"'


def test_what_could_change_a_figure_refuses_its_cell(tmp_path: Path) -> None:
    cases = list(csv.reader(io.StringIO(REFUSED), delimiter="|"))[1:]
    observed = read_table(tmp_path, FACTS, [["attribute", "value"], *([name, cell] for name, cell, _ in cases)])
    read = observed.observations.select("raw_text", "value_low", "unit").rows()
    assert read == []
    found = dict(observed.rejected.select("raw_text", "reason").rows())
    assert {cell: reason for _, cell, reason in cases if reason not in found[cell]} == {}


@pytest.mark.parametrize(
    ("attribute", "cell", "value"),
    [
        ("price", "$1,299 USD", 1299),
        ("price", "$1,299 (new, sealed)", 1299),
        ("price", "$1,299 (April 2026)", 1299),
        ("idle_power", "22 W (idle)", 22),
        ("peak_power", "1.2 kW (1,200 W)", 1200),
        ("memory", "24 GB GDDR6X", 24),
        ("slot_width", "2.5 slots", 2.5),
        ("usd_per_hour", "$1.125/hour", 1.125),
        ("transfer_rate", "3.125 GB/s", 3.125),
        ("tokens_per_s", "16.312 tok/s (decode)", 16.312),
        ("active_parameters", "37B active", 37),
    ],
)
def test_harmless_words_stay_beside_the_figure(tmp_path: Path, attribute: str, cell: str, value: float) -> None:
    observed = read_table(tmp_path, FACTS, [["attribute", "value"], [attribute, cell]])
    assert observed.rejected["reason"].to_list() == []
    assert observed.observations["value_low"].to_list() == [value]


def test_each_of_several_pieces_has_to_be_said_by_the_contract(tmp_path: Path) -> None:
    rows = [
        ["attribute", "value", "count", "each"],
        ["price", "$900 each", "2", ""],
        ["price", "$900 each", "2", "true"],
    ]
    observed = read_table(tmp_path, FACTS, rows)
    assert observed.rejected["reason"].to_list() == ["the cell says each, where each is false"]
    assert observed.observations["lot_quantity"].to_list() == [1]
