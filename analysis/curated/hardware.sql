-- Every article by its main figures, one row an article: for each figure the best reading of a single piece.
with readings as (
    select
        hardware_id,
        attribute,
        mid(value_low, value_high) as figure,
        observation_id,
        evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id) as preference
    from specs
    where attribute in ('memory', 'memory_bandwidth', 'tdp', 'capacity')
        and (pieces = 1 or each)
        and value_low is not null
    union all
    select
        hardware_id,
        'msrp' as attribute,
        price_mid_usd as figure,
        observation_id,
        evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id) as preference
    from prices
    where condition = 'msrp'
        and is_candidate
        and is_current
    union all
    -- of a whole system the sources state what it draws, not a thermal design power
    select
        o.hardware_id,
        'system_power' as attribute,
        mid(o.value_low, o.value_high) as figure,
        o.observation_id,
        evidence_order(
            o.is_derived, o.observed_on, o.date_basis, o.bound, o.is_approximate, o.observation_id
        ) as preference
    from current_observations as o
    inner join catalogue_hardware as c
        on c.hardware_id = o.hardware_id
        and c.kind = 'system'
    where o.attribute = 'system_power'
        and o.count = 1
),

best as (
    select
        hardware_id,
        attribute,
        arg_min(figure, preference) as figure,
        arg_min(observation_id, preference) as observation_id
    from readings
    group by hardware_id, attribute
),

main_figures as (
    select
        hardware_id,
        max(figure) filter (where attribute = 'memory') as memory_gb,
        max(figure) filter (where attribute = 'memory_bandwidth') as memory_bandwidth_gb_s,
        max(figure) filter (where attribute = 'tdp') as tdp_w,
        max(figure) filter (where attribute = 'system_power') as system_power_w,
        max(figure) filter (where attribute = 'msrp') as msrp_usd,
        max(figure) filter (where attribute = 'capacity') as capacity_gb,
        max(observation_id) filter (where attribute = 'memory') as memory_from,
        max(observation_id) filter (where attribute = 'memory_bandwidth') as memory_bandwidth_from,
        max(observation_id) filter (where attribute = 'tdp') as tdp_from,
        max(observation_id) filter (where attribute = 'system_power') as system_power_from,
        max(observation_id) filter (where attribute = 'msrp') as msrp_from
    from best
    group by hardware_id
)

select
    c.hardware_id,
    c.name,
    c.kind,
    c.vendor,
    m.memory_gb,
    m.memory_bandwidth_gb_s,
    coalesce(m.tdp_w, m.system_power_w) as tdp_w,
    m.msrp_usd,
    m.capacity_gb,
    m.memory_from,
    m.memory_bandwidth_from,
    coalesce(m.tdp_from, m.system_power_from) as tdp_from,
    m.msrp_from
from catalogue_hardware as c
left join main_figures as m
    on m.hardware_id = c.hardware_id
order by c.hardware_id
