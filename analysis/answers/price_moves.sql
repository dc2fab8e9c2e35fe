-- How the price of each item moved between the first and the last day on which each kind of it is stated.
with first_and_last as (
    select
        hardware_id,
        condition,
        min(observed_on) as first_on,
        max(observed_on) as last_on,
        min_by(price_mid_usd, row(observed_on, observation_id)) as first_usd,
        min_by(bound, row(observed_on, observation_id)) as first_bound,
        max_by(price_mid_usd, row(observed_on, observation_id)) as last_usd
    from prices
    where observed_on is not null
        and is_candidate
    group by hardware_id, condition
),

days as (
    select
        hardware_id,
        count(distinct observed_on) as days,
        count(*) as stated
    from prices
    group by hardware_id
)

select
    f.hardware_id,
    f.condition,
    h.name as item,
    r.rank as condition_rank,
    d.days,
    d.stated,
    f.first_on,
    f.first_usd,
    f.first_bound,
    f.last_on,
    f.last_usd,
    percent_change(f.first_usd, f.last_usd) as change_percent
from first_and_last as f
inner join hardware as h
    on h.hardware_id = f.hardware_id
inner join price_preference as r
    on r.condition = f.condition
inner join days as d
    on d.hardware_id = f.hardware_id
where f.first_on < f.last_on
order by f.hardware_id, f.condition
