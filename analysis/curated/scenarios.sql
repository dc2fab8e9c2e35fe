-- Ways of using a machine. Where one names a place, its electricity is the newest price of households there, taxes in it if any is;
-- tariffs by the hour are weighted by their hours of the week, as work is spread over all of them.
with places as (
    select
        place,
        arg_max(
            {'observed_on': observed_on, 'sector': sector, 'tax': tax, 'raw_file': raw_file},
            row(sector = 'residential', observed_on, tax = 'included', raw_file)
        ) as best
    from electricity_prices
    group by place
),

tariffs as (
    select
        p.place,
        sum(mid(e.usd_per_kwh_low, e.usd_per_kwh_high) * hours_of_week(e.hours)) / sum(hours_of_week(e.hours)) as usd_per_kwh,
        list(e.observation_id order by e.observation_id) as electricity_from,
        max(e.observed_on) as electricity_on
    from places as p
    inner join electricity_prices as e
        on e.place = p.place
        and e.sector = p.best.sector
        and e.tax = p.best.tax
        and e.raw_file = p.best.raw_file
        and e.observed_on is not distinct from p.best.observed_on
    group by p.place
)

select
    c.scenario_id,
    c.name,
    c.hours_per_week,
    c.hours_on_per_week,
    coalesce(c.usd_per_kwh, t.usd_per_kwh) as usd_per_kwh,
    c.life_years,
    c.residual_fraction,
    c.discount_rate,
    c.source,
    c.source_day,
    c.place,
    t.electricity_from,
    t.electricity_on
from scenario_choices as c
left join tariffs as t
    on t.place = c.place
    and c.usd_per_kwh is null
order by c.scenario_id
