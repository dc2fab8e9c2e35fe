"""The workflow that refreshes and deploys: when it runs, that it runs the README's commands, and what it may do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import CHECKOUT

WORKFLOW = CHECKOUT / ".github" / "workflows" / "refresh.yml"


@pytest.fixture
def workflow() -> dict[Any, Any]:
    loaded = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def commands(workflow: dict[Any, Any]) -> list[str]:
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def actions(workflow: dict[Any, Any], job: str) -> list[str]:
    return [step["uses"] for step in workflow["jobs"][job]["steps"] if "uses" in step]


def test_it_runs_when_inputs_change_and_weekly(workflow: dict[Any, Any]) -> None:
    when = workflow[True]  # YAML 1.1 reads the key `on` as a truth value
    assert when["push"]["paths"] == ["data/raw/**", "data/*.toml"]
    assert {path.name for path in (CHECKOUT / "data").glob("*.toml")} >= {
        "assumptions.toml",
        "catalogue.toml",
        "vocabulary.toml",
    }
    [schedule] = when["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", schedule["cron"]), "one day of the week, every month"


def test_it_calls_the_commands_of_the_readme_in_this_order(workflow: dict[Any, Any]) -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    called = [command.removeprefix(".venv/bin/") for command in commands(workflow)]
    taught = ["make test", "make report", "rigonomics publish public"]
    assert [command for command in called if command in taught] == taught
    assert all(re.search(rf"^{command}\b", readme, re.MULTILINE) for command in taught)


def test_the_report_is_rendered_by_quarto_and_the_folder_that_was_published_is_deployed(
    workflow: dict[Any, Any],
) -> None:
    used = actions(workflow, "refresh")
    assert "quarto-dev/quarto-actions/setup" in [action.split("@")[0] for action in used]
    [upload] = [
        step for step in workflow["jobs"]["refresh"]["steps"] if "upload-pages-artifact" in step.get("uses", "")
    ]
    assert f"rigonomics publish {upload['with']['path']}" in " ".join(commands(workflow))
    assert [action.split("@")[0] for action in actions(workflow, "deploy")] == ["actions/deploy-pages"]
    assert workflow["jobs"]["deploy"]["needs"] == "refresh"


def test_python_is_the_one_that_the_project_asks_for(workflow: dict[Any, Any]) -> None:
    [python] = [step for step in workflow["jobs"]["refresh"]["steps"] if "setup-python" in step.get("uses", "")]
    pyproject = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={python["with"]["python-version"]}"' in pyproject
    assert (CHECKOUT / python["with"]["cache-dependency-path"]).is_file()


def test_only_the_deployment_may_write_and_only_pages(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in workflow["jobs"]["refresh"]
    assert workflow["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}


def test_two_runs_never_deploy_at_once(workflow: dict[Any, Any]) -> None:
    assert workflow["concurrency"] == {"group": "refresh", "cancel-in-progress": False}


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it() -> None:
    used = re.findall(r"uses: (.+)", WORKFLOW.read_text(encoding="utf-8"))
    assert len(used) == 5
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_no_text_from_outside_reaches_a_shell(workflow: dict[Any, Any]) -> None:
    assert not [command for command in commands(workflow) if "${{" in command]


def test_the_folder_it_writes_is_not_committed() -> None:
    assert "/public/" in Path(CHECKOUT / ".gitignore").read_text(encoding="utf-8").splitlines()
