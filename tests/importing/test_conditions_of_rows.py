"""What a row says in its own words, and what a table leaves to the rest of it: small samples of our own making."""

from typing import Any

import pytest

SPEEDS = "## Llama 3.1 8B Q4_K_M\n| GPU | tok/s | Notes |\n|---|---|---|\n| RTX 3090 | 110 | |\n"


@pytest.mark.parametrize(
    ("row", "facet", "value"),
    [
        ("| RTX 3090 | 900 | batch 16 |", "concurrency", 16),
        ("| RTX 3090 | 900 | 16 users |", "concurrency", 16),
        ("| RTX 3090 (CPU offload) | 11 | |", "offload", "unspecified"),
        ("| RTX 3090 (250W) | 101 | |", "qualifier", "250W"),
        ("| RTX 3090 | 101 | power limit 250 W |", "qualifier", "power limit 250 W"),
        ("| RTX 3090 | 160 | speculative decoding |", "qualifier", "speculative decoding"),
    ],
)
def test_a_speed_keeps_the_condition_that_stands_in_its_row(bring: Any, row: str, facet: str, value: Any) -> None:
    readings = bring(f"{SPEEDS}{row}\n").table["readings"]
    assert [one.get(facet) for one in sorted(readings, key=lambda one: one["row"])][1] == value


def test_a_row_of_the_processor_alone_is_no_speed_of_its_card(bring: Any) -> None:
    assert bring(f"{SPEEDS}| RTX 3090 | 5 | CPU only |\n").values("tokens_per_s") == [("rtx-3090", 110.0)]


def test_a_price_of_a_card_for_parts_is_no_price(bring: Any) -> None:
    got = bring("| GPU | Price |\n|---|---|\n| RTX 3090 (for parts) | $220 |\n| RTX 3090 | $700 |\n")
    assert got.values("price") == [("rtx-3090", 700.0)]


def test_a_power_limit_in_a_column_of_its_own_tells_speeds_apart(bring: Any) -> None:
    got = bring("## Llama 3.1 8B Q4\n| GPU | Power limit | tok/s |\n|---|---|---|\n| RTX 3090 | 250 W | 101 |\n")
    assert got.values("tokens_per_s", "qualifier") == [("rtx-3090", 101.0, "power limit 250 W")]


def test_the_memory_beside_a_name_tells_cards_apart(bring: Any) -> None:
    got = bring(
        "| GPU | VRAM | Price/hr |\n|---|---|---|\n| A100 PCIe | 80GB | $1.19 |\n| A100 PCIe | 40 GB | $0.99 |\n"
    )
    assert got.values("usd_per_hour") == [("a100-80gb-pcie", 1.19), ("a100-40gb-pcie", 0.99)]


def test_how_a_row_is_rented_is_read_from_any_column_and_the_card_from_the_title(bring: Any) -> None:
    got = bring(
        "## H100 SXM at a cloud\n| Model | Hourly |\n|---|---|\n| On-Demand | $2.20/hr |\n| Reserved 1-yr | $1.80/hr |\n| Spot | $1.50/hr |\n"
    )
    assert got.values("usd_per_hour", "purchase") == [
        ("h100-80gb-sxm", 2.2, "on_demand"), ("h100-80gb-sxm", 1.8, "reserved"), ("h100-80gb-sxm", 1.5, "spot"),
    ]  # fmt: skip


def test_a_vendor_is_a_shop_beside_a_price_and_a_provider_beside_a_rate(bring: Any) -> None:
    price = bring("| GPU | Vendor | Price |\n|---|---|---|\n| RTX 3090 | A | $700 |\n")
    rate = bring("| GPU | Vendor | $/hr |\n|---|---|---|\n| RTX 3090 | A | $0.22 |\n")
    assert price.values("price", "vendor", "provider") == [("rtx-3090", 700.0, "A", None)]
    assert rate.values("usd_per_hour", "vendor", "provider") == [("rtx-3090", 0.22, None, "A")]


@pytest.mark.parametrize(
    ("title", "condition"),
    [("Parts list", "street"), ("Hardware used", "street"), ("Used GPU prices", "used"), ("MSRP of cards", "msrp")],
)
def test_a_title_says_the_kind_of_price_only_in_words_of_prices(bring: Any, title: str, condition: str) -> None:
    got = bring(f"## {title}\n| Graphics card | Price |\n|---|---|\n| RTX 3090 | $700 |\n")
    assert got.values("price", "condition") == [("rtx-3090", 700.0, condition)]


def test_a_page_that_says_of_which_month_its_figures_are_dates_them(bring: Any) -> None:
    table = "<h1>Rates</h1><table><tr><th>GPU</th><th>$/hr</th></tr><tr><td>RTX 3090</td><td>$0.22</td></tr></table>"
    assert bring(f"<html>{table}<p>Data as of March 2026.</p>", "html").values("usd_per_hour", "observed_on") == [
        ("rtx-3090", 0.22, "2026-03-01")
    ]
    two = bring(f"<html>{table}<p>Data as of March 2026. Updated May 2, 2026.</p>", "html")
    assert two.values("usd_per_hour", "observed_on")[0][2] not in ("2026-03-01", "2026-05-02")


def test_a_parts_list_is_a_system_with_all_its_parts_and_without_its_sum(bring: Any) -> None:
    got = bring(
        "## Small rig\n| Component | Model | Price |\n|---|---|---|\n| GPU | RTX 3090 | $700 |\n| CPU | Ryzen 5 1234X | $150 |\n"
        "| RAM | 64GB of some brand | $100 |\n| **Total** | | **$950** |\n"
    )
    assert got.values("price", "slot") == [
        ("rtx-3090", 700.0, "gpu"), ("ryzen-5-1234x", 150.0, "cpu"), ("64gb-of-some-brand", 100.0, "memory"),
    ]  # fmt: skip
    assert got.reasons == ["a sum or a remark, not a part"]


def test_a_card_that_the_catalogue_lacks_is_not_added_by_a_parts_list(bring: Any) -> None:
    got = bring("| Part | Item | Price |\n|---|---|---|\n| GPU | RTX 9999 | $70 |\n| CPU | Ryzen 5 1234X | $150 |\n")
    assert got.values("price") == [("ryzen-5-1234x", 150.0)]
    assert all("RTX 9999 is not in the catalogue" in reason for reason in got.reasons)
