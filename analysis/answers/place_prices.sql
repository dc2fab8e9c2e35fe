-- The price of electricity of a household at each place, by the newest figure for every hour: what pages offer to choose from.
select
    place,
    mid(usd_per_kwh_low, usd_per_kwh_high) as usd_per_kwh,
    sector,
    tax_included,
    observation_id,
    observed_on
from electricity_prices
where sector in ('residential', 'household')
    and hours is null
    and usd_per_kwh_low is not null
qualify row_number() over (partition by place order by observed_on desc, tax_included desc nulls last, observation_id) = 1
order by place
