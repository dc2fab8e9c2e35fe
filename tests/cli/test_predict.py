"""`rigonomics predict`: what it prints, and what it says to a name that it does not know."""

import json

import pytest

from pipelines.cli import main
from pipelines.project import Project

KEYS = {
    "decode_tok_s_low", "decode_tok_s_mid", "decode_tok_s_high", "prefill_tok_s_low", "prefill_tok_s_mid",
    "prefill_tok_s_high", "memory_needed_gb", "fits_in_memory", "working_watts_low", "working_watts_mid",
    "working_watts_high", "idle_watts", "peak_watts", "joules_per_token", "usd_per_mtok_low", "usd_per_mtok_mid",
    "usd_per_mtok_high", "split", "basis", "missing",
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_project(published: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(published.root))


def test_json_is_one_object_with_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "2x RTX 3090", "Llama 3 70B", "Q4_K_M", "--split", "layer", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == KEYS
    assert found["split"] == "layer"
    assert found["decode_tok_s_low"] < found["decode_tok_s_mid"] < found["decode_tok_s_high"]
    assert found["fits_in_memory"] is True
    assert found["missing"] is None


def test_text_says_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "DGX Spark", "70B", "q4", "--context", "512"]) == 0
    printed = capsys.readouterr().out
    assert "at 512 tokens of context" in printed
    assert "rests on: modelled" in printed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["RTX 4095", "8B", "Q4"], "No accelerator or system is called 'RTX 4095'"),
        (["RTX 4090", "Lama 3 8B", "Q4"], "No model is called 'Lama 3 8B'"),
        (["RTX 4090", "8B", "Q4_Z"], "No format is called 'Q4_Z'"),
        (["Ryzen 9 9950X", "8B", "Q4"], "computes no models"),
    ],
)
def test_an_unknown_name_gets_candidates_and_exit_code_1(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", *arguments]) == 1
    message = capsys.readouterr().err
    assert words in message
    assert "Nearest: " in message or "Name a graphics card" in message


@pytest.mark.parametrize("tokens", ["0", "-4", "many", "1e9"])
def test_a_context_that_is_no_count_is_refused(tokens: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["predict", "RTX 4090", "8B", "Q4", f"--context={tokens}"])
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    "name",
    [
        "A100 80GB PCIe", "Apple M3 Max (40 GPU cores)", "RTX 5000 Ada", "RTX PRO 6000 Blackwell", "AI PRO R9700", "Arc Pro B60",
        "GB10", "Ryzen AI Max+ 395", "4x L40S", "2 x 4060 Ti 16GB", "NVIDIA GeForce RTX 4090", "RTX 3080", "H100 PCIe", "RTX 2080",
    ],
)  # fmt: skip
def test_names_that_people_and_data_sheets_write_have_a_speed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", name, "meta-llama/Llama-3.1-8B-Instruct", "Q4_K_M", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["decode_tok_s_mid"] > 0
