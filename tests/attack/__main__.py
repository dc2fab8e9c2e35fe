"""The command line of the attacks: each module beside this one that has `attack(seed, tries)` is one."""

import argparse
import pkgutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path


def names() -> list[str]:
    """Every attack, by the name of its module."""
    modules = pkgutil.iter_modules([str(Path(__file__).parent)])
    return sorted(module.name for module in modules if module.name[0] != "_")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the named attacks, or each of them; what one found is printed, and what did not hold ends it with an
    error."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help=f"of {', '.join(names())}; each of them if none is named"
    )
    parser.add_argument("--seed", type=int, default=20261120)
    parser.add_argument("--tries", type=int, help="how many (default: each attack's own)")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - {*names(), "all"}):
        parser.error(f"there is no attack {unknown[0]!r}; choose from {', '.join(names())}")
    for name in names() if options.names in ([], ["all"]) else options.names:
        module = import_module(f"tests.attack.{name}")
        tries = module.TRIES if options.tries is None else options.tries
        print(f"{name}, seed {options.seed}, {tries} tries: {module.attack(options.seed, tries)}", flush=True)


if __name__ == "__main__":
    main()
