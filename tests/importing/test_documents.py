"""Tables out of documents, and what their columns are taken for."""

from typing import Any

import pytest

from pipelines.contracts.catalogue import load_catalogue
from pipelines.contracts.vocabulary import load_vocabulary
from pipelines.errors import RigonomicsError
from pipelines.importing.documents import check_tables, read_document, slug
from pipelines.importing.found import FoundTable
from pipelines.importing.proposing import Proposal, propose
from pipelines.project import Project
from tests.conftest import CHECKOUT

VOCABULARY = load_vocabulary(Project(CHECKOUT).vocabulary)
CATALOGUE = load_catalogue(Project(CHECKOUT).catalogue)


def tables_of(text: str, form: str = "html") -> tuple[FoundTable, ...]:
    return read_document(text.encode(), form, f"x.{form}").tables


def tables_in(content: bytes, form: str) -> None:
    check_tables(read_document(content, form, "x"), "x")


def html(*rows: str) -> str:
    """A table of rows whose cells are separated by a bar, the first being its header."""
    head, *body = ([cell.strip() for cell in row.split("|")] for row in rows)
    lines = ["".join(f"<th>{cell}</th>" for cell in head), *("".join(f"<td>{c}</td>" for c in row) for row in body)]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def proposed(*rows: str, title: str = "") -> Proposal:
    (table,) = tables_of(f"<h2>{title}</h2>{html(*rows)}")
    return propose(table, VOCABULARY, CATALOGUE)


def columns(*rows: str, title: str = "") -> dict[str, Any]:
    found: dict[str, Any] = proposed(*rows, title=title).section["columns"]
    return found


# ---- documents


def test_scripts_and_styles_are_no_text_and_lines_are_joined_by_blanks() -> None:
    (table,) = tables_of(
        html("GPU | Price", "RTX<script>alert(1)</script> 4090<style>b{}</style> | $1,600<br>used &lt;b&gt;<!-- c -->")
    )
    assert table.rows == (("RTX 4090", "$1,600 used <b>"),)


def test_a_cell_over_several_places_stands_in_each_and_headers_of_two_rows_are_joined() -> None:
    (table,) = tables_of(
        "<table><thead><tr><th rowspan=2>GPU<th colspan=2>Price<tr><th>New<th>Used</thead>"
        "<tr><td rowspan=2>RTX 3090<td>$1<td>$2<tr><td>$3<td>$4<tr><td colspan=3>Cards for servers</table>"
    )
    assert table.header == ("GPU", "Price New", "Price Used")
    assert table.rows == (("RTX 3090", "$1", "$2"), ("RTX 3090", "$3", "$4"), ("Cards for servers", "", ""))


def test_a_span_without_end_is_cut_and_layout_tables_are_passed_over() -> None:
    (table,) = tables_of(
        "<table><tr><td><table><tr><th>a<th>b<tr><td colspan=999999999>1<td>2</table></table><table><tr><td>lone</table>"
    )
    assert table.header[:2] == ("a", "b")
    assert len(table.header) == 201


def test_headers_are_distinct_and_never_empty() -> None:
    assert tables_of(html("Price | | Price", "1 | 2 | 3"))[0].header == ("Price", "column 2", "Price (2)")


def test_a_table_is_called_by_its_caption_else_by_the_heading_before_it() -> None:
    found = tables_of(
        f"<h1>All</h1>{html('a|b', '1|2')}<h2>Used</h2><table><caption>Cap</caption><tr><th>a<th>b<tr><td>1<td>2</table>"
        f"{html('a|b', '1|2')}{html('a|b', '1|2')}"
    )
    assert [(table.title, table.name) for table in found] == [
        ("All", "all"), ("Cap", "cap"), ("Used", "used"), ("Used", "used_2"),
    ]  # fmt: skip


def test_markdown_is_read_by_its_grammar_and_keeps_the_lines_of_its_tables() -> None:
    (table,) = tables_of(
        "# Cards\n\n```\n| not | one |\n|---|---|\n| 1 | 2 |\n```\n\n| GPU | Price |\n|---|--:|\n"
        "| **RTX 4090** | `$1,600` \\| $1,700 |\n| [RTX 3090](http://x) | ~~$700~~ <script>x()</script>|\n",
        "markdown",
    )
    assert (table.title, table.place) == ("Cards", "lines 9-12")
    assert table.rows == (("RTX 4090", "$1,600 | $1,700"), ("RTX 3090", "~~$700~~"))


def test_tables_of_a_text_that_lost_its_blank_lines_are_found_where_they_stand() -> None:
    (table,) = tables_of("- point\nPrices:\n| GPU | Price |\n|---|---|\n| RTX 4090 | $1 |\nMore words.\n", "markdown")
    assert (table.rows, table.place) == ((("RTX 4090", "$1"),), "lines 3-5")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_is_cut_where_its_first_rows_agree(separator: str) -> None:
    text = '\ufeffGPU,Price\nRTX 4090,"$1,600"\nRTX 3090\n'.replace(",", separator).replace(f"$1{separator}", "$1,")
    (table,) = tables_of(text, "csv")
    assert table.header == ("GPU", "Price")
    assert table.rows == (("RTX 4090", "$1,600"), ("RTX 3090",))


def test_text_is_read_in_the_encoding_that_the_page_or_the_server_states() -> None:
    page = '<meta charset="windows-1252">' + html("GPU | Preis", "RTX 4090 | 1 €")
    for content, charset in (
        (page.encode("cp1252"), ""),
        (page.encode("utf-16"), ""),
        (page.encode("cp1252"), "cp1252"),
    ):
        assert read_document(content, "html", "x", charset).tables[0].rows == (("RTX 4090", "1 €"),)


@pytest.mark.parametrize(
    ("content", "form", "says"),
    [
        (b"<p>no table</p>", "html", "no table"),
        (b" ", "html", "cannot be read as a page"),
        (b"a,b\n", "csv", "no table"),
        (b'a,b\n"1,2\n', "csv", "no CSV table"),
        (b"a,b\n1\0,2\n", "csv", "NUL bytes"),
        (b"a,b\n\xff,2\n", "csv", "not UTF-8"),
        (b"a,b\n" + b"1,2\n" * 1_000_001, "csv", "more than 2,000,000 cells"),
    ],
)
def test_what_holds_no_table_is_refused(content: bytes, form: str, says: str) -> None:
    with pytest.raises(RigonomicsError) as refused:
        tables_in(content, form)
    assert says.replace("no CSV", "not a CSV") in refused.value.message


@pytest.mark.parametrize("title", ["../../etc/passwd", "C:\\x", "a\0b", "…", ".", "x" * 500, "Größe — «prices»"])
def test_a_name_never_becomes_a_path(title: str) -> None:
    name = slug(title, "_", "table_1")
    assert name.replace("_", "").isalnum()
    assert name.isascii()
    assert len(name) <= 48


# ---- proposals


def test_headers_and_cells_say_attribute_kind_of_price_and_month() -> None:
    found = columns(
        "GPU | VRAM | Bandwidth | TDP (W) | MSRP | Street Price (Apr 2026) | Used | NVLink | Notes",
        "RTX 4090 | 24GB GDDR6X | 1,008 GB/s | 450 | $1,599 | $2,199 | $1,600-1,800 | No | loud",
        "RTX 3090 | 24GB | 936 GB/s | 350 | $1,499 | - | $700 | Yes | cheap",
    )
    assert found == {
        "GPU": {"facet": "hardware"},
        "VRAM": {"attribute": "memory"},
        "Bandwidth": {"attribute": "memory_bandwidth"},
        "TDP (W)": {"attribute": "tdp", "unit": "W"},
        "MSRP": {"attribute": "price", "condition": "msrp"},
        "Street Price (Apr 2026)": {"attribute": "price", "condition": "street", "observed_on": "2026-04"},
        "Used": {"attribute": "price", "condition": "used"},
        "NVLink": {"attribute": "nvlink"},
        "Notes": {"ignore": "remarks in words"},
    }


def test_the_kind_of_a_price_is_assumed_aloud_and_its_currency_never() -> None:
    proposal = proposed("Card | Price", "RTX 4090 | $1600", "RTX 3090 | $700")
    assert proposal.section["columns"]["Price"] == {"attribute": "price", "condition": "street"}
    assert any("taken as street" in remark for remark in proposal.remarks)
    assert "no currency is stated" in columns("Card | Price", "RTX 4090 | 1600")["Price"]["ignore"]


def test_money_of_another_country_is_never_taken_as_dollars() -> None:
    found = columns(
        "GPU | Price (EUR) | Price | Price (¥)", "RTX 4090 | 1600 | 1600 € | 9", "RTX 3090 | 700 | 700 € | 8"
    )
    assert found["Price (EUR)"]["currency"] == "EUR"
    assert found["Price"] == {"attribute": "price", "condition": "street"}
    assert "does not say the one currency" in found["Price (¥)"]["ignore"]


def test_bare_amounts_below_a_title_that_names_another_currency_are_not_read() -> None:
    for title in ("Prices in CAD", "GPU prices (€)"):
        found = columns("Card | Price", "RTX 4090 | $1600", title=title)
        assert "the text around the table names another currency" in found["Price"]["ignore"]


def test_a_column_whose_cells_do_not_bear_its_header_out_is_ignored() -> None:
    found = columns("GPU | Price | Verdict", "RTX 4090 | ask us | fine", "RTX 3090 | sold out | fine")
    assert found["Price"]["ignore"].startswith("0% of its cells read as price, which the header speaks of")


def test_a_model_and_a_quantisation_come_from_the_header_or_the_title() -> None:
    found = columns("GPU | 70B Q4 Speed | Prefill tok/s", "RTX 4090 | 18 tok/s | 400", "RTX 3090 | 12 tok/s | 300")
    assert found["70B Q4 Speed"] == {"attribute": "tokens_per_s", "quantization": "Q4", "model": "70B"}
    assert found["Prefill tok/s"] == {"attribute": "tokens_per_s", "unit": "tok/s", "phase": "prefill"}
    titled = proposed("GPU | tok/s | Engine", "RTX 4090 | 18 | vLLM", title="Llama 3 70B Q4_K_M on one card")
    assert titled.section["defaults"] == {"quantization": "Q4_K_M", "model": "Llama 3 70B Q4_K_M"}
    assert (titled.section["kind"], titled.section["columns"]["Engine"]) == ("benchmark", {"facet": "engine"})


def test_hardware_in_the_headers_is_what_the_column_is_about() -> None:
    found = columns("Model | RTX 4090 | RTX 3090", "Llama 3 70B | 18 tok/s | 12 tok/s", "70B | 19 tok/s | 13 tok/s")
    assert found["RTX 4090"] == {"attribute": "tokens_per_s", "hardware": "RTX 4090"}


def test_a_size_under_parameters_is_a_figure_and_under_model_a_name() -> None:
    found = columns(
        "Model | Params | VRAM needed Q4 | File size", "Llama 3 70B | 70B | 40GB | 42GB", "70B | 70B | 40GB | 42GB"
    )
    assert found == {
        "Model": {"facet": "model"},
        "Params": {"attribute": "parameters"},
        "VRAM needed Q4": {"attribute": "memory_needed", "quantization": "Q4"},
        "File size": {"attribute": "size"},
    }


def test_quantisations_in_the_headers_beside_models_are_sizes_or_the_memory_that_they_need() -> None:
    rows = ("Model | FP16 | Q4", "Llama 3 70B | 140GB | 40GB")
    assert columns(*rows)["FP16"] == {"attribute": "size", "quantization": "FP16"}
    assert columns(*rows, title="VRAM needed")["Q4"] == {"attribute": "memory_needed", "quantization": "Q4"}


def test_rows_of_attributes_are_known_by_articles_in_the_headers() -> None:
    section = proposed(
        "Spec | RTX 5090 | RTX 4090", "VRAM | 32 GB | 24 GB", "Colour | grey | grey", "MSRP | $1,999 | $1,599"
    ).section
    assert section["attribute_column"] == "Spec"
    assert section["attributes"]["VRAM"] == {"attribute": "memory"}
    assert section["attributes"]["MSRP"] == {"attribute": "price", "condition": "msrp"}
    assert "ignore" in section["attributes"]["Colour"]
    assert section["columns"] == {"RTX 5090": {"hardware": "RTX 5090"}, "RTX 4090": {"hardware": "RTX 4090"}}


def test_words_of_a_condition_column_are_read_beside_it_unless_they_are_the_projects_own() -> None:
    proposal = proposed("GPU | Price | Condition", "RTX 4090 | $1,600 | Pre-Owned", "RTX 3090 | $900 | Open Box")
    assert proposal.section["columns"]["Condition (read)"] == {"facet": "condition"}
    assert [row[-1] for row in proposal.table.rows] == ["used", "open_box"]
    assert columns("GPU | Price | Condition", "RTX 4090 | $1,600 | used")["Condition"] == {"facet": "condition"}


def test_rent_by_the_hour_has_its_provider_and_how_it_is_bought() -> None:
    found = columns("Provider | GPU | $/hr | Type", "A | RTX 4090 | $0.69 | spot", "B | RTX 3090 | 0.22 | spot")
    assert found["$/hr"] == {"attribute": "usd_per_hour", "unit": "$/hour"}
    assert (found["Provider"], found["Type"]) == ({"facet": "provider"}, {"facet": "purchase"})


def test_names_that_nobody_knows_are_a_subject_all_the_same_and_plain_tables_are_left_out() -> None:
    proposal = proposed("Card | Price", "Voodoo 5 | $100", "Banshee | $50")
    assert proposal.section["columns"]["Card"] == {"facet": "hardware"}
    assert not proposed("Home | About", "x | y").reads


def test_a_table_whose_spans_make_it_too_large_is_refused_while_it_is_built() -> None:
    cell = "<td colspan=200 rowspan=200>x</td>"
    page = f"<table>{f'<tr>{cell * 10}</tr>' * 300}</table>".encode()
    with pytest.raises(RigonomicsError, match="more than 2,000,000 cells"):
        read_document(page, "html", "wide.html")
