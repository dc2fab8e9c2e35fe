-- Euro rates as dollars for a unit: a currency's rate of a day against the dollar's of the same day.
with euro_rates as (
    select
        currency,
        observed_on as day,
        arg_min(
            {
                'units_per_eur': mid(value_low, value_high),
                'observation_id': observation_id,
                'source_id': source_id,
                'raw_file': raw_file,
                'raw_row': raw_row,
                'raw_text': raw_text
            },
            observation_id
        ) as rate
    from current_observations
    where attribute = 'units_per_eur'
        and currency is not null
        and observed_on is not null
    group by currency, observed_on
),

dollar_rates as (
    select day, rate
    from euro_rates
    where currency = 'USD'
),

rates as (
    select
        e.currency,
        e.day,
        d.rate.units_per_eur / e.rate.units_per_eur as usd_per_unit,
        e.rate
    from euro_rates as e
    inner join dollar_rates as d
        on d.day = e.day
    union all
    select 'EUR', day, rate.units_per_eur, rate
    from dollar_rates
)

select
    currency,
    day,
    usd_per_unit,
    rate.observation_id as observation_id,
    rate.source_id as source_id,
    rate.raw_file as raw_file,
    rate.raw_row as raw_row,
    rate.raw_text as raw_text
from rates
order by currency, day
