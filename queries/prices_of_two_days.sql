-- Which prices moved between two days, as they were known on each?
-- prices_asof(day) leaves out what was stated later and what had been superseded by then. Articles that were not known on
-- the first day have no figure before.
with before as (
    from prices_asof('2025-12-31')
),

after as (
    from prices_asof('2026-04-30')
)

select
    a.name,
    a.condition,
    b.price_mid_usd as before_usd,
    b.observed_on as before_on,
    a.price_mid_usd as after_usd,
    a.observed_on as after_on,
    percent_change(b.price_mid_usd, a.price_mid_usd) as change_percent
from after as a
left join before as b
    on b.hardware_id = a.hardware_id
    and b.condition is not distinct from a.condition
where b.observation_id is distinct from a.observation_id
order by abs(change_percent) desc nulls last, a.hardware_id, a.condition;
