-- What common circuits carry for hours: the lines of the chart of watts.
with rules as (
    select
        max(value) filter (where name = 'lower_voltage') as lower_voltage,
        max(value) filter (where name = 'higher_voltage') as higher_voltage,
        max(value) filter (where name = 'continuous_load_fraction') as continuous_load_fraction
    from assumptions
),

circuits_of as (
    select
        unnest([15, 20, 20]) as circuit_a,
        unnest(['lower_voltage', 'lower_voltage', 'higher_voltage']) as at_volts
)

select
    c.circuit_a,
    case c.at_volts when 'lower_voltage' then r.lower_voltage else r.higher_voltage end as volts,
    circuit_w(c.circuit_a, volts, r.continuous_load_fraction) as limit_w
from circuits_of as c
cross join rules as r
order by c.circuit_a, volts
