"""The workspace of a run as a Dagster resource: https://docs.dagster.io/guides/build/external-resources."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from pipelines.project import Project, locate
from pipelines.render.site import recover
from pipelines.warehouse.workspace import Workspace, workspace


class WorkspaceResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # it gives itself
    """The project's contracts and the database under construction, for one run that nothing else refreshes
    meanwhile."""

    root: str = Field(default="", description="folder of the project; that of the working directory if empty")
    fresh: bool = Field(
        default=False, description="start from what was published last, or from nothing; else add to the build"
    )
    force: bool = Field(default=False, description="read and compute everything, whether it has changed or not")
    as_of: str = Field(default="", description="show what was known on that day, as 2025-12-31")
    without: list[str] = Field(default_factory=list, description="sources to leave out")
    _space: Workspace | None = PrivateAttr(default=None)

    @property
    def space(self) -> Workspace:
        """The workspace, during a run."""
        assert self._space is not None
        return self._space

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WorkspaceResource"]:
        """The workspace from the first step to the last."""
        project = Project(Path(self.root)) if self.root else locate()
        day = date.fromisoformat(self.as_of) if self.as_of else None
        with workspace(project, day, fresh=self.fresh, force=self.force, without=self.without) as space:
            if context.log is not None:
                space.notify = context.log.info
            space.acquire()
            recover(project.site.resolve())
            self._space = space
            yield self
