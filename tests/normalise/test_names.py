"""Names as sources write them against the entries they mean, on a small catalogue; and the real catalogue loads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.catalogue import Catalogue, load_catalogue, normal_form
from pipelines.errors import ContractError
from pipelines.normalise.names import resolve_names

REAL = Path(__file__).parents[2] / "data" / "catalogue.toml"

HARDWARE = {
    "rtx-3090": ("gpu", "NVIDIA GeForce RTX 3090", "RTX 3090", "3090"),
    "rtx-3090-ti": ("gpu", "NVIDIA GeForce RTX 3090 Ti", "RTX 3090 Ti"),
    "rtx-4090": ("gpu", "NVIDIA GeForce RTX 4090", "RTX 4090", "4090"),
    "rtx-5090": ("gpu", "NVIDIA GeForce RTX 5090", "RTX 5090"),
    "rtx-6000-ada": ("gpu", "NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada"),
    "rtx-a6000": ("gpu", "NVIDIA RTX A6000", "A6000"),
    "rtx-pro-6000": ("gpu", "NVIDIA RTX PRO 6000 Blackwell", "RTX PRO 6000"),
    "rtx-pro-6000-max-q": ("gpu", "NVIDIA RTX PRO 6000 Blackwell Max-Q", "RTX PRO 6000 Max-Q"),
    "l40": ("gpu", "NVIDIA L40"),
    "l40s": ("gpu", "NVIDIA L40S"),
    "a100": ("gpu", "NVIDIA A100"),
    "a100-80gb": ("gpu", "NVIDIA A100 80GB"),
    "h100": ("gpu", "NVIDIA H100"),
    "h100-80gb": ("gpu", "NVIDIA H100 PCIe 80GB"),
    "rx-7900-xtx": ("gpu", "AMD Radeon RX 7900 XTX"),
    "threadripper-7980x": ("cpu", "AMD Ryzen Threadripper 7980X", "Threadripper 7980X"),
    "threadripper-7960x": ("cpu", "AMD Ryzen Threadripper 7960X", "Threadripper 7960X"),
    "threadripper-pro-7975wx": ("cpu", "AMD Ryzen Threadripper PRO 7975WX", "Threadripper PRO 7975WX", "TR PRO 7975WX"),
    "ryzen-9-9950x": ("cpu", "AMD Ryzen 9 9950X"),
    "wrx90": ("board", "AMD WRX90"),
    "asrock-wrx90-ws-evo": ("board", "ASRock WRX90 WS EVO"),
    "samsung-990-pro-2tb": ("storage", "Samsung 990 Pro 2TB", "2TB Samsung 990 Pro"),
    "samsung-990-pro-4tb": ("storage", "Samsung 990 Pro 4TB", "4TB Samsung 990 Pro"),
    "memory-128gb-ddr5": ("memory", "128GB DDR5"),
    "psu-1600w": ("psu", "1600 W power supply", "1600W PSU"),
    "seasonic-prime-tx-1300": ("psu", "Seasonic PRIME TX-1300"),
    "nvlink-bridge-3090": ("other", "NVLink bridge for RTX 3090", "NVLink Bridge"),
    "riser": ("other", "PCIe 4.0 riser"),
}
MODELS = {
    "70b": ("unnamed 70B model", "70B"),
    "llama-3-70b": ("Llama 3 70B",),
    "llama-3-1-70b": ("Llama 3.1 70B",),
    "deepseek-v3": ("DeepSeek V3",),
    "command-r": ("Command R",),
    "command-r-plus": ("Command R+",),
}


def write_catalogue(folder: Path, *extra: str) -> Path:
    sections = [
        f'[hardware.{key}]\nname = "{name}"\nkind = "{kind}"\naliases = {[*aliases]}\n'
        for key, (kind, name, *aliases) in HARDWARE.items()
    ]
    sections += [
        f'[models.{key}]\nname = "{name}"\nparams_b = 70\narchitecture = "dense"\naliases = {[*aliases]}\n'
        for key, (name, *aliases) in MODELS.items()
    ]
    sections += [
        '[builds.dual-3090]\nname = "2x RTX 3090"\nsource_id = "one"\nunstated = ["host", "psu"]\n',
        '[builds.dual-3090-tower]\nname = "2x RTX 3090"\nsource_id = "two"\naliases = ["3090 tower"]\n',
    ]
    path = folder / "catalogue.toml"
    path.write_text("\n".join([*sections, *extra]), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return load_catalogue(write_catalogue(tmp_path_factory.mktemp("catalogue")))


def resolve(catalogue: Catalogue, names: Sequence[str | None], section: str = "hardware") -> list[dict[str, Any]]:
    frame = pl.DataFrame(
        {"section": [section] * len(names), "name": names}, schema={"section": pl.String, "name": pl.String}
    )
    return resolve_names(frame, catalogue).to_dicts()


def expect(catalogue: Catalogue, cases: Sequence[tuple[Any, ...]], section: str = "hardware") -> None:
    """Each case: name, id, and count and link unless null."""
    for case, got in zip(cases, resolve(catalogue, [case[0] for case in cases], section), strict=True):
        assert (got["id"], got["count"], got["link"]) == (*case[1:], None, None)[:3], case


# ---- what names have in common


def test_case_vendor_trademarks_and_punctuation_do_not_tell_articles_apart(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("NVIDIA GeForce RTX 4090", "rtx-4090"),
            ("rtx 4090", "rtx-4090"),
            ("RTX4090", "rtx-4090"),
            ("GeForce RTX™ 4090", "rtx-4090"),
            ("NVIDIA(R) RTX-4090", "rtx-4090"),
            ("**RTX 4090**", "rtx-4090"),
            ("RTX\u00a04090", "rtx-4090"),
            ("rtx-4090", "rtx-4090"),
            ("RX 7900 XTX", "rx-7900-xtx"),
            ("Seasonic PRIME TX‑1300", "seasonic-prime-tx-1300"),
            ("1,600 W PSU", "psu-1600w"),
            ("Samsung 990 PRO 2 TB", "samsung-990-pro-2tb"),
        ],
    )


def test_words_that_name_another_article_do_tell_them_apart(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("RTX 6000 Ada", "rtx-6000-ada"),
            ("RTX A6000", "rtx-a6000"),
            ("A6000", "rtx-a6000"),
            ("RTX PRO 6000", "rtx-pro-6000"),
            ("RTX PRO 6000 Max-Q", "rtx-pro-6000-max-q"),
            ("RTX 6000", None),
            ("RTX 6000 Ada Max-Q", None),
            ("Threadripper 7980X", "threadripper-7980x"),
            ("Threadripper PRO 7975WX", "threadripper-pro-7975wx"),
            ("TR PRO 7975WX", "threadripper-pro-7975wx"),
            ("Threadripper 7975WX", None),
            ("Threadripper PRO 7980X", None),
            ("RTX 3090 Ti", "rtx-3090-ti"),
            ("RTX 3090 Super", None),
            ("L40S", "l40s"),
            ("L40", "l40"),
            ("4090 tower", None),
        ],
    )


def test_a_plus_sign_is_part_of_a_models_name(catalogue: Catalogue) -> None:
    expect(
        catalogue, [("Command R+", "command-r-plus"), ("Command R", "command-r"), ("Command-R", "command-r")], "model"
    )


# ---- what is taken off


def test_a_count_is_taken_off_wherever_it_stands(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("2× RTX 3090", "rtx-3090", 2),
            ("4x NVIDIA RTX 4090", "rtx-4090", 4),
            ("1x 3090", "rtx-3090", 1),
            ("8 RTX 3090s", "rtx-3090", 8),
            ("2x 3090s", "rtx-3090", 2),
            ("Dual 4090", "rtx-4090", 2),
            ("dual RTX 5090", "rtx-5090", 2),
            ("Two RTX 5090s", "rtx-5090", 2),
            ("Three 1,600W power supplies", "psu-1600w", 3),
            ("three 1600W PSUs", "psu-1600w", 3),
            ("Four L40S", "l40s", 4),
            ("A single RTX 5090", "rtx-5090", 1),
            ("RTX 5090 ×2", "rtx-5090", 2),
            ("Seasonic PRIME TX-1300 (×2)", "seasonic-prime-tx-1300", 2),
            ("2nd RTX PRO 6000 Max-Q", "rtx-pro-6000-max-q", 1),
            ("3rd RTX 3090", "rtx-3090", 1),
            ("2x 4TB Samsung 990 Pro", "samsung-990-pro-4tb", 2),
            ("RTX 3090", "rtx-3090", None),
        ],
    )


def test_what_only_looks_like_a_count_is_not_one(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("4x L40S", "l40s", 4),
            ("2x L40s", "l40s", 2),
            ("3090", "rtx-3090", None),
            ("2TB Samsung 990 Pro", "samsung-990-pro-2tb", None),
            ("PCIe 4.0 riser x16", None),
            ("2x RTX 3090 (×2)", None),
            ("0x RTX 3090", None),
            ("Seasonic PRIME TX-1300 + Add2PSU", None),
            ("RTX 3090/4090", None),
        ],
    )


def test_a_link_behind_the_name_is_taken_off_and_told(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("2× RTX 3090 NVLink", "rtx-3090", 2, "nvlink"),
            ("2x 3090 NVLink (48GB model)", "rtx-3090", 2, "nvlink"),
            ("2x 3090 PCIe (48GB model)", "rtx-3090", 2, "pcie"),
            ("2× RTX 3090 (NVLink)", "rtx-3090", 2, "nvlink"),
            ("Dual RTX 5090 via PCIe", "rtx-5090", 2, "pcie"),
            ("RTX 3090 with NVLink", "rtx-3090", None, "nvlink"),
            ("NVLink Bridge", "nvlink-bridge-3090", None, None),
            ("H100 PCIe 80GB", "h100-80gb", None, None),
            ("H100 PCIe", None),
        ],
    )


def test_remarks_alternatives_and_or_similar_are_taken_off(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("NVIDIA RTX 5090 (ASUS ROG Strix OC or MSI Suprim X)", "rtx-5090"),
            ("2× NVIDIA RTX 5090 (reference or AIB partner)", "rtx-5090", 2),
            ("4× NVIDIA L40S 48GB (or 4× RTX 6000 Ada)", "l40s", 4),
            ("AMD Ryzen 9 9950X or similar 16-core", "ryzen-9-9950x"),
            ("AMD Threadripper 7960X (24C) or 7980X (64C)", "threadripper-7960x"),
            ("TR PRO 7975WX (32c, Zen 4)", "threadripper-pro-7975wx"),
            ("RTX PRO 6000 Blackwell Max-Q (96GB GDDR7, 300W)", "rtx-pro-6000-max-q"),
            ("AMD WRX90 (128 PCIe 5.0 lanes)", "wrx90"),
            ("128GB DDR5 (for model offloading)", "memory-128gb-ddr5"),
            ("RTX 4090 (used)", "rtx-4090"),
        ],
    )


def test_the_memory_of_a_card_is_taken_off_but_not_that_of_anything_else(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("RTX 4090 24GB", "rtx-4090"),
            ("4x NVIDIA RTX 4090 24 GB", "rtx-4090", 4),
            ("NVIDIA RTX 5090 (32 GB)", "rtx-5090"),
            ("A100 80GB", "a100-80gb"),
            ("A100", "a100"),
            ("Ryzen 9 9950X 64GB", None),
            ("Samsung 990 Pro 2TB 4GB", None),
        ],
    )


def test_nothing_is_taken_off_that_could_make_it_another_article(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("A100 40GB", None),
            ("2x A100 40GB", None),
            ("A100 (40GB)", None),
            ("RTX 3090 (Ti)", "rtx-3090-ti"),
            ("RTX 3090 (Ti, used)", None),
            ("RTX PRO 6000 (Max-Q, 300W)", None),
            ("WRX90 (ASRock)", None),
        ],
    )


def test_models_are_resolved_without_remarks_and_the_word_model(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("Llama 3 70B", "llama-3-70b"),
            ("**Llama 3.1 70B**", "llama-3-1-70b"),
            ("Llama 3 70B (Q4_K_M, full in VRAM)", "llama-3-70b"),
            ("DeepSeek V3 (671B MoE)", "deepseek-v3"),
            ("70B", "70b"),
            ("70B model", "70b"),
            ("70B-class models", "70b"),
            ("Llama 3.3 70B", None),
            ("Llama 70B", None),
            ("4x 70B models", None),
        ],
        "model",
    )


def test_builds_are_resolved_by_id_and_a_name_shared_by_two_is_none(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [("dual-3090", "dual-3090"), ("3090 tower", "dual-3090-tower"), ("2x RTX 3090", None)],
        "build",
    )


# ---- what stays unresolved


def test_nothing_is_resolved_by_likeness_but_likely_names_are_shown(catalogue: Catalogue) -> None:
    typo, unknown, found = resolve(catalogue, ["RTX 4080", "Raspberry Pi", "RTX 4090"])
    assert typo["id"] is None
    assert typo["candidates"].startswith("nearest: NVIDIA GeForce RTX 4090 (")
    assert typo["candidates"].endswith("; rigonomics catalogue add 'RTX 4080' --kind gpu")
    assert unknown["candidates"].startswith("nearest: nothing like it")
    assert found["candidates"] is None


def test_rows_keep_their_order_their_duplicates_and_their_columns(catalogue: Catalogue) -> None:
    names = pl.DataFrame(
        {
            "n": [1, 2, 3, 4],
            "section": ["hardware", "model", "hardware", "build"],
            "name": ["3090", "70B", None, "3090"],
        }
    )
    resolved = resolve_names(names, catalogue)
    assert resolved.columns == ["n", "section", "name", "id", "count", "link", "quantization", "candidates"]
    assert resolved["n"].to_list() == [1, 2, 3, 4]
    assert resolved["id"].to_list() == ["rtx-3090", "70b", None, None]
    assert resolve_names(names.clear(), catalogue).schema == resolved.schema


def test_an_unknown_section_is_a_bug_and_raises(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="colour"):
        resolve(catalogue, ["red"], "colour")


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(HARDWARE)),
    st.integers(2, 99),
    st.sampled_from(["{n}x {name}", "{n}× {name}", "{name} (×{n})"]),
)
def test_every_name_resolves_to_its_entry_with_any_count(
    catalogue: Catalogue, entry_id: str, count: int, style: str
) -> None:
    name = HARDWARE[entry_id][1]
    alone, counted = resolve(catalogue, [name, style.format(n=count, name=name)])
    assert (alone["id"], alone["count"]) == (entry_id, None)
    if not name.startswith("PCIe"):
        assert (counted["id"], counted["count"]) == (entry_id, count)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=20), st.sampled_from(["hardware", "model", "build"]))
def test_any_text_is_resolved_or_not_but_never_raises(catalogue: Catalogue, names: list[str], section: str) -> None:
    assert [row["name"] for row in resolve(catalogue, names, section)] == names


def test_the_normal_form_of_a_normal_form_is_itself() -> None:
    for name in ["NVIDIA GeForce RTX 4090", "1,600 W PSU", "Command R+", "be quiet! Dark Power 13", "AMD", "8× 64 GB"]:
        assert normal_form(normal_form(name)) == normal_form(name)


# ---- the file


def test_the_catalogue_is_loaded_as_frames(catalogue: Catalogue) -> None:
    assert catalogue.hardware.columns == ["hardware_id", "name", "kind", "vendor", "doubt"]
    assert catalogue.models.columns == ["model_id", "name", "params_b", "active_params_b", "architecture"]
    assert catalogue.builds.columns == ["build_id", "name", "source_id", "description"]
    assert catalogue.unstated.rows() == [("dual-3090", "host"), ("dual-3090", "psu")]
    assert catalogue.models.row(0) == ("70b", "unnamed 70B model", 70.0, None, "dense")
    assert catalogue.hardware.row(0) == ("rtx-3090", "NVIDIA GeForce RTX 3090", "gpu", None, None)


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ('[hardware.RTX_1]\nname = "x"\nkind = "gpu"', ("RTX_1", "no id")),
        ('[hardware.x]\nname = "x"\nkind = "toaster"', ("[hardware.x]", "'toaster'")),
        ('[hardware.x]\nkind = "gpu"', ("[hardware.x]", "name")),
        ('[hardware.x]\nname = "x"\nkind = "gpu"\nalias = ["y"]', ("[hardware.x]", "alias")),
        ('[hardware.x]\nname = "x"\nkind = "gpu"\naliases = "y"', ("[hardware.x]", "aliases")),
        (
            '[hardware.x]\nname = "x"\nkind = "gpu"\naliases = ["GeForce RTX-3090"]',
            ("rtx-3090", "x", "GeForce RTX-3090"),
        ),
        ('[hardware.x]\nname = "™"\nkind = "gpu"', ("[hardware.x]", "nothing is left")),
        ('[models.llama-3.3]\nname = "x"', ("[models.llama-3]", "unknown key 3")),
        ('[models.x]\nname = "x"\nparams_b = "70B"', ("[models.x]", "params_b")),
        ('[models.x]\nname = "x"\narchitecture = "sparse"', ("[models.x]", "'sparse'")),
        ('[builds.x]\nname = "x"', ("[builds.x]", "source_id")),
        ("[gpus.x]", ("[gpus]",)),
        ("[hardware.x", ("not valid TOML",)),
    ],
)
def test_a_mistake_in_the_catalogue_is_named_with_its_section(
    tmp_path: Path, section: str, names: tuple[str, ...]
) -> None:
    with pytest.raises(ContractError) as caught:
        load_catalogue(write_catalogue(tmp_path, section))
    assert "catalogue.toml" in caught.value.message
    assert all(name in caught.value.message for name in names), caught.value.message
    assert caught.value.remedy


def test_the_real_catalogue_keeps_look_alikes_apart() -> None:
    real = load_catalogue(REAL)
    expect(
        real,
        [
            ("4x NVIDIA RTX 4090 24GB", "rtx-4090", 4),
            ("2× RTX 3090 NVLink", "rtx-3090", 2, "nvlink"),
            ("RTX 6000 Ada", "rtx-6000-ada"),
            ("RTX A6000", "rtx-a6000"),
            ("RTX PRO 6000 Max-Q", "rtx-pro-6000-max-q"),
            ("A100 80GB", "a100-80gb"),
            ("Threadripper 7980X", "threadripper-7980x"),
            ("Threadripper PRO 7995WX", "threadripper-pro-7995wx"),
            ("Threadripper 7995WX", None),
            ("RTX 6000", None),
        ],
    )
    assert set(real.unstated["build_id"]) <= set(real.builds["build_id"])


# ---- as people write them


def test_makers_and_shops_words_around_a_card_do_not_make_another_card_of_it(catalogue: Catalogue) -> None:
    expect(
        catalogue,
        [
            ("NVIDIA Founders Edition GeForce RTX 3090 24 GB Video Card", "rtx-3090"),
            ("EVGA GeForce RTX 3090 FTW3 Ultra Gaming 24GB GDDR6X Graphics Card 24G-P5-3987-KR", "rtx-3090"),
            ("ASUS TUF Gaming GeForce RTX 4090 OC Edition", "rtx-4090"),
            ("MSI Suprim X RTX 4090", None),  # "X" alone is no word of makers
            ("RTX 4090 Laptop GPU", None),
            ("GeForce RTX 3090 water block", None),
            ("RTX 3090 FE", "rtx-3090"),
            ("Custom PC (Nvidia RTX 4090)", "rtx-4090"),
            ("RTX 3090 for parts", None),
            ("RTX 3090 * 4", "rtx-3090", 4),
            ("RTX 3090 24GB * 4", "rtx-3090", 4),
            ("RTX 3090 x4", "rtx-3090", 4),
            ("RTX 3090 (4x)", "rtx-3090", 4),
            ("4x RTX 3090", "rtx-3090", 4),
            ("4 x 3090", "rtx-3090", 4),
        ],
    )


@pytest.mark.parametrize(
    ("name", "model", "quantization"),
    [
        ("70B Q4_K_M", "70b", "Q4_K_M"),
        ("70B_q4_0", "70b", "Q4_0"),
        ("70B F16", "70b", "FP16"),
        ("llama 3 70B Q4_K - Medium", "llama-3-70b", "Q4_K_M"),
        ("meta-llama/Llama-3.1-70B-Instruct", "llama-3-1-70b", None),
        ("Llama-3.1-70B-Instruct-Q5_K_M.gguf", "llama-3-1-70b", "Q5_K_M"),
        ("llama3.1:70b-instruct-q4_K_M", "llama-3-1-70b", "Q4_K_M"),
        ("Llama 3 70B (AWQ)", "llama-3-70b", "AWQ"),
        ("Llama 3 70B Q4_0 Q8_0", None, None),
        ("Llama 3.1 70B Nemotron", None, None),
    ],
)
def test_a_models_name_carries_its_quantisation(
    catalogue: Catalogue, name: str, model: str | None, quantization: str | None
) -> None:
    (got,) = resolve(catalogue, [name], "model")
    assert (got["id"], got["quantization"]) == (model, quantization)
