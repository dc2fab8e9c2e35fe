-- Electricity by place, in dollars at the rate of its own day.
select
    observation_id,
    place,
    coalesce(sector, 'unspecified') as sector,
    value_low as usd_per_kwh_low,
    value_high as usd_per_kwh_high,
    amount_low,
    amount_high,
    currency,
    tax,
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
from current_observations
where attribute = 'electricity_rate'
order by observation_id
