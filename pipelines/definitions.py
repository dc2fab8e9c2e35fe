"""What `dagster dev` and `dg` load: the graph of the project that the working directory is in.

Code locations: https://docs.dagster.io/deployment/code-locations.
"""

import dagster as dg

from pipelines.assets.graph import build_definitions
from pipelines.project import locate


@dg.definitions
def defs() -> dg.Definitions:
    """The definitions, built when they are asked for."""
    return build_definitions(locate())
