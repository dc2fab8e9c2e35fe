-- Which system gives the cheapest tokens of each class of models, in each scenario?
-- One sequence at a time. evidence says whether the speed was measured, reported, only expected, or modelled.
from answers
select
    model_class,
    scenario_id,
    hours_per_week,
    system,
    model,
    quantization,
    tokens_per_s_mid,
    evidence,
    usd_per_mtok_low,
    usd_per_mtok_mid,
    usd_per_mtok_high,
    verdict
where rank = 1
order by class_from_b, hours_per_week;
