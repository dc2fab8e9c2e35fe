-- What each system asks of a room: its highest load, the current and the circuit breaker at two voltages, and its heat, which cooling
-- has to take away at the most.
with rules as (
    select
        max(value) filter (where name = 'lower_voltage') as lower_voltage,
        max(value) filter (where name = 'higher_voltage') as higher_voltage,
        max(value) filter (where name = 'continuous_load_fraction') as continuous_load_fraction,
        max(value) filter (where name = 'ordinary_circuit_a') as ordinary_circuit_a
    from assumptions
),

loads as (
    select
        p.build_id,
        b.name as system,
        coalesce(p.peak_w_high, p.watts_high) as load_w,
        case when p.peak_w_high is null and p.watts_bound = 'at_least' then 'or more' end as load_remark,
        coalesce(p.peak_w_low, p.watts_low) as heat_w_low,
        coalesce(p.peak_w_mid, p.watts_mid) as heat_w_mid,
        coalesce(p.peak_w_high, p.watts_high) as heat_w_high
    from build_power as p
    inner join builds as b
        on b.build_id = p.build_id
    where p.is_best
        and p.watts_mid is not null
)

select
    l.build_id,
    l.system,
    l.load_w,
    l.load_remark,
    amps(l.load_w, r.lower_voltage) as amps_lower_voltage,
    breaker_a(l.load_w, r.lower_voltage, r.continuous_load_fraction) as breaker_lower_voltage_a,
    amps(l.load_w, r.higher_voltage) as amps_higher_voltage,
    breaker_a(l.load_w, r.higher_voltage, r.continuous_load_fraction) as breaker_higher_voltage_a,
    circuit_w(r.ordinary_circuit_a, r.lower_voltage, r.continuous_load_fraction) as ordinary_circuit_w,
    l.load_w > ordinary_circuit_w as needs_more,
    btu_per_hour(l.heat_w_low) as btu_per_hour_low,
    btu_per_hour(l.heat_w_mid) as btu_per_hour_mid,
    btu_per_hour(l.heat_w_high) as btu_per_hour_high,
    case when breaker_lower_voltage_a is null or breaker_higher_voltage_a is null then 'more than 60 A' end as missing
from loads as l
cross join rules as r
order by l.build_id
