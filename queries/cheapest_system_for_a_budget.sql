-- Which systems can be had for 10,000 dollars, and what does each run for the least money a token?
-- Change the class of models, the scenario and the budget. The rank is among all systems, whatever they cost.
from answers
select
    rank,
    system,
    capex_low_usd,
    capex_mid_usd,
    capex_high_usd,
    model,
    quantization,
    tokens_per_s_mid,
    evidence,
    usd_per_mtok_low,
    usd_per_mtok_mid,
    usd_per_mtok_high,
    verdict,
    margin_percent
where model_class = '70B'
    and scenario_id = 'conservative'
    and rank is not null
    and capex_mid_usd <= 10000
order by rank;
