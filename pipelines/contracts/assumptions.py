"""data/assumptions.toml: scenarios and single values, each with source and day, as frames of the declared tables."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self, get_args

import polars as pl
from pydantic import BeforeValidator, Field, model_validator

from pipelines.contracts.facets import Condition
from pipelines.contracts.toml import Strict, read_as, read_toml, refuse
from pipelines.contracts.types import Day, Id, Name, NonNegative, Positive, Several, Words

Share = Annotated[float, Field(ge=0, le=1)]
SourceDay = Annotated[Day | None, BeforeValidator(lambda value: None if value == "" else value)]
"""The day of what a value is taken from; empty for a choice of one's own."""


class Scenario(Strict):
    """One way of using a machine."""

    name: Words
    hours_per_week: Annotated[float, Field(gt=0, le=168)]
    hours_on_per_week: Annotated[float, Field(gt=0, le=168)] | None = None
    usd_per_kwh: Annotated[float, Field(ge=0, le=100)] | None = None
    place: Words | None = None
    life_years: Annotated[float, Field(gt=0, le=100)]
    residual_fraction: Share
    discount_rate: Share
    source: Words
    source_day: SourceDay

    @model_validator(mode="after")
    def _has_one_price_of_electricity(self) -> Self:
        if (self.usd_per_kwh is None) == (self.place is None):
            raise refuse(
                "needs either usd_per_kwh or place", "Give the price, or the place whose price counts.", whole=True
            )
        return self


class Constant(Strict):
    """A single value that the tables read by its name."""

    value: Annotated[float, Field(ge=0, le=1e12)]
    unit: Words
    source: Words
    source_day: SourceDay
    description: Words


class Preference(Strict):
    """A kind of price, in the order of preference for buying a part."""

    condition: Condition
    reason: Words


class SourcePreference(Strict):
    """A source, in the order in which their figures say what an item, a model or a format is."""

    source_id: Words
    reason: Words


class Family(Strict):
    """A format named by its bits alone, or by another name, and the format that it is taken to be."""

    quantization: Words
    stands_for: Words
    reason: Words


class ModelClass(Strict):
    """A class of models by billions of parameters, both ends included."""

    class_: Annotated[Words, Field(alias="class")]
    params_low_b: NonNegative
    params_high_b: Positive
    model_id: Id

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.params_low_b > self.params_high_b:
            raise refuse("has params_low_b above params_high_b", "Put the lower number first.", whole=True)
        return self


class Purchase(Strict):
    """A way of renting, and whether its rates count where renting is compared with owning."""

    purchase: Words
    counts: bool
    reason: Words


class Workload(Strict):
    """What a day of one kind of use asks of a machine."""

    name: Words
    input_tokens_per_day: Positive
    cached_fraction: Share
    output_tokens_per_day: Positive
    prompt_tokens: Positive
    context_tokens: Positive
    concurrency: Annotated[int, Field(ge=1, le=1000)]
    hours_on_per_week: Annotated[float, Field(gt=0, le=168)]
    source: Words
    source_day: SourceDay


class Modelled(Strict):
    """A model at the quantisations that the throughput model is applied to."""

    model_id: Id
    quantizations: Several[Words]
    reason: Words


class Limit(Strict):
    """How far a figure of one piece may be from all of its kind, and how many times from what is known of its item."""

    attribute: Words
    kind: Words
    low: NonNegative
    high: Positive
    factor: Annotated[float, Field(ge=1, le=1000)]
    reason: Words

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.low >= self.high:
            raise refuse("has low above high", "Put the lower number first.", whole=True)
        return self


class Assumptions(Strict):
    """The whole file."""

    scenarios: Annotated[dict[Name, Scenario], Field(min_length=1)]
    constants: Annotated[dict[Name, Constant], Field(min_length=1)]
    price_preference: list[Preference] = []
    source_preference: list[SourcePreference] = []
    quantization_families: list[Family] = []
    model_classes: list[ModelClass] = []
    cloud_purchases: list[Purchase] = []
    workloads: dict[Name, Workload] = {}
    modelled: list[Modelled] = []
    quarantine_limits: list[Limit] = []


def read_assumptions(path: Path, relative: str) -> dict[str, pl.DataFrame]:
    """Frames of the tables that the file fills, by name. Raises ContractError."""
    said = read_as(Assumptions, read_toml(path, relative), relative)
    runs = [(one.model_id, quantization, one.reason) for one in said.modelled for quantization in one.quantizations]
    return {
        "scenario_choices": frame(Scenario, said.scenarios.values(), scenario_id=said.scenarios),
        "assumptions": frame(Constant, said.constants.values(), name=said.constants),
        "price_preference": frame(Preference, said.price_preference, rank=range(1, len(said.price_preference) + 1)),
        "source_preference": frame(
            SourcePreference, said.source_preference, rank=range(1, len(said.source_preference) + 1)
        ),
        "quantization_families": frame(Family, said.quantization_families),
        "quarantine_limits": frame(Limit, said.quarantine_limits),
        "model_classes": frame(ModelClass, said.model_classes),
        "workloads": frame(Workload, said.workloads.values(), workload_id=said.workloads),
        "cloud_purchases": frame(Purchase, said.cloud_purchases),
        "modelled_runs": pl.DataFrame(
            runs, schema=dict.fromkeys(("model_id", "quantization", "reason"), pl.String), orient="row"
        ),
    }


TYPES: Mapping[Any, Any] = {str: pl.String, float: pl.Float64, date: pl.Date, bool: pl.Boolean, int: pl.Int32}


def frame(model: type[Strict], sections: Iterable[Strict], **ahead: Iterable[Any]) -> pl.DataFrame:
    """Sections as rows, a column for each key; `ahead` are columns that the keys do not hold, to the left of them."""
    schema = {info.alias or name: _type(info.annotation) for name, info in model.model_fields.items()}
    rows = pl.DataFrame([section.model_dump(by_alias=True) for section in sections], schema=schema, orient="row")
    return rows.select(*(pl.Series(name, list(values)) for name, values in ahead.items()), pl.all())


def _type(annotation: Any) -> Any:
    """The polars type of a key: that of its plain Python type, text for a choice of words."""
    if isinstance(annotation, type):
        return TYPES[annotation]
    return next((_type(one) for one in get_args(annotation) if isinstance(one, type) or get_args(one)), pl.String)
