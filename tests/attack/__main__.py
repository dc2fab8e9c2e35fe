"""The command line of the attacks: each module beside this one that has `attack(seed, tries)` is one."""

import argparse
import pkgutil
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Run one attack, or each of them; what it found is printed, and what did not hold ends it with an error."""
    names = sorted(
        module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name[0] != "_"
    )
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("name", choices=[*names, "all"])
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--tries", type=int, help="how many (default: each attack's own)")
    options = parser.parse_args()
    for name in names if options.name == "all" else [options.name]:
        module = import_module(f"tests.attack.{name}")
        tries = module.TRIES if options.tries is None else options.tries
        print(f"{name}, seed {options.seed}, {tries} tries: {module.attack(options.seed, tries)}", flush=True)


if __name__ == "__main__":
    main()
