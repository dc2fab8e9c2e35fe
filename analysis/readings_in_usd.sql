-- Amounts of readings in other currencies than the dollar, converted at the rate of their own day; why one cannot be.
-- `readings` are those of every snapshot: what a euro bought on a day stays true when a newer page no longer says it.
with euro_rates as (
    select
        currency,
        observed_on as day,
        arg_max(
            {'units_per_eur': mid(value_low, value_high), 'observation_id': observation_id},
            row(string_split(raw_file, '/')[-2], observation_id)  -- the day of the snapshot is a folder of its path
        ) as rate
    from readings
    where attribute = 'units_per_eur'
        and currency is not null
        and observed_on is not null
        and value_low > 0
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
        usd_of_unit(d.rate.units_per_eur, e.rate.units_per_eur) as usd_per_unit,
        e.rate.observation_id as fx_from,
        d.rate.observation_id as fx_usd_from
    from euro_rates as e
    inner join dollar_rates as d
        on d.day = e.day
    where e.currency <> 'USD'
    union all
    select 'EUR', day, usd_of_unit(rate.units_per_eur, 1), rate.observation_id, null
    from dollar_rates
),

amounts as (
    select
        observation_id,
        attribute,
        currency,
        unit,
        observed_on,
        value_low as amount_low,
        value_high as amount_high
    from readings
    where currency <> 'USD'
        and starts_with(unit, 'USD')
),

converted as (
    select
        a.*,
        r.day as fx_day,
        r.usd_per_unit,
        r.fx_from,
        r.fx_usd_from,
        a.amount_low * r.usd_per_unit as usd_low,
        a.amount_high * r.usd_per_unit as usd_high
    from amounts as a
    asof left join rates as r
        on r.currency = a.currency
        and r.day <= a.observed_on
)

select
    c.observation_id,
    c.fx_day,
    c.usd_per_unit,
    c.fx_from,
    c.fx_usd_from,
    c.usd_low,
    c.usd_high,
    case
        when c.observed_on is null
            then format('an amount in {} needs a day, of which a rate of exchange can be taken', c.currency)
        when c.usd_per_unit is null or not rate_holds(c.fx_day, c.observed_on)
            then format(
                'no rate of {} of {} or the week before it is known: rigonomics update ecb-daily brings the latest',
                c.currency,
                c.observed_on
            )
        when c.usd_low < p.range_low or c.usd_high > p.range_high
            then format(
                '{} {} are {} {}, outside the plausible range {} to {}',
                c.amount_low,
                c.currency,
                c.usd_low,
                c.unit,
                p.range_low,
                p.range_high
            )
    end as reason
from converted as c
left join plausible as p
    on p.attribute = c.attribute
order by c.observation_id
