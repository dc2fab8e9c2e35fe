-- Electricity by place, in dollars at the rate of its own day: the last one on or before it, at most a week old.
with priced as (
    select
        o.*,
        case when o.currency = 'USD' then 1 when f.day > o.observed_on - 8 then f.usd_per_unit end as usd_per_unit,
        case when o.currency <> 'USD' and f.day > o.observed_on - 8 then f.day end as fx_day
    from current_observations as o
    asof left join fx_rates as f
        on f.currency = o.currency
        and f.day <= o.observed_on
    where o.attribute = 'electricity_rate'
)

select
    observation_id,
    place,
    coalesce(sector, 'unspecified') as sector,
    value_low * usd_per_unit as usd_per_kwh_low,
    value_high * usd_per_unit as usd_per_kwh_high,
    value_low as amount_low,
    value_high as amount_high,
    currency,
    fx_day,
    hours,
    case tax when 'included' then true when 'excluded' then false end as tax_included,
    note,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    observed_on,
    date_basis
from priced
order by observation_id
