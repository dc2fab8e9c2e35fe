-- Own, rent or buy tokens for each use: what does a month cost on the cheapest machine that can do it?
-- The answer of the Start page: the same tokens on the machine, on a rented card for the hours that they take, and from a
-- provider. breakeven is the number of tokens a day from which owning beats a provider; empty where the machine cannot make so many.
-- Add your own use under [workloads] in data/assumptions.toml.
select
    workload,
    model_class,
    system,
    round(usd_per_month_mid, 2) as own_usd_per_month,
    round(cheapest_card_usd_per_month_mid, 2) as rented_usd_per_month,
    round(api_usd_per_month_mid, 2) as tokens_usd_per_month,
    verdict,
    round(margin_percent) as margin_percent,
    round(api_breakeven_tokens_per_day_mid) as breakeven
from workload_answers
where rank = 1
    and scenario_id = 'conservative'
order by class_from_b, tokens_per_day;
