"""What `dagster dev` loads: the graph of the project that the working directory is in."""

from pipelines.assets.graph import build_definitions
from pipelines.project import locate

defs = build_definitions(locate())
