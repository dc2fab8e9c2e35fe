-- Euro rates as dollars for a unit: a currency's rate of a day against the dollar's of the same day. The rate of a day stays
-- what it was when a newer page of the source no longer has it: rates of every snapshot known by then count.
with euro_rates as (
    select
        o.currency,
        o.observed_on as day,
        arg_max(
            {
                'units_per_eur': mid(o.value_low, o.value_high),
                'observation_id': o.observation_id,
                'source_id': o.source_id,
                'raw_file': o.raw_file,
                'raw_row': o.raw_row,
                'raw_text': o.raw_text
            },
            row(s.retrieved_on, o.observation_id)
        ) as rate
    from observations as o
    inner join snapshots as s
        on s.raw_file = o.raw_file
        and s.is_known
    cross join settings as d
    where o.attribute = 'units_per_eur'
        and o.currency is not null
        and o.observed_on <= d.as_of
        and o.value_low > 0
    group by o.currency, o.observed_on
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
        usd_of_unit(d.rate.units_per_eur, e.rate.units_per_eur) as usd_per_unit,
        e.rate
    from euro_rates as e
    inner join dollar_rates as d
        on d.day = e.day
    union all
    select 'EUR', day, usd_of_unit(rate.units_per_eur, 1), rate
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
