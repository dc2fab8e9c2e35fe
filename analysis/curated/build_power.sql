-- What each system draws at work, one row for each way of knowing it: as stated of the whole, added up from its parts,
-- or with what is not known of the host around its accelerators put at the range that assumptions.toml gives.
with system_readings as (
    select
        build_id,
        attribute,
        arg_min(
            {'low': value_low, 'high': value_high, 'bound': bound, 'observation_id': observation_id},
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
        ) as reading
    from current_observations
    where attribute in ('system_power', 'peak_power', 'idle_power', 'rest_power')
        and build_id is not null
    group by build_id, attribute
),

-- of processors some sources give only what they draw under load
processor_readings as (
    select
        hardware_id,
        arg_min(
            mid(value_low, value_high),
            evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
        ) as watts
    from current_observations
    where attribute = 'component_power'
        and hardware_id is not null
    group by hardware_id
),

accelerators as (
    select
        a.build_id,
        case when count(h.tdp_w) = count(*) then sum(h.tdp_w * a.quantity) end as watts,
        string_agg(h.name, ', ' order by h.name) filter (where h.tdp_w is null) as unknown,
        bool_and(h.kind = 'system') as is_whole
    from build_accelerators as a
    inner join hardware as h
        on h.hardware_id = a.hardware_id
    group by a.build_id
),

processors as (
    select
        p.build_id,
        case
            when count(coalesce(h.tdp_w, r.watts)) = count(*)
                then sum(coalesce(h.tdp_w, r.watts) * p.quantity)
        end as watts,
        string_agg(p.name, ', ' order by p.line) filter (where coalesce(h.tdp_w, r.watts) is null) as unknown
    from build_parts as p
    left join hardware as h
        on h.hardware_id = p.hardware_id
    left join processor_readings as r
        on r.hardware_id = p.hardware_id
    where p.slot = 'cpu'
    group by p.build_id
),

host_assumptions as (
    select
        max(value) filter (where name = 'host_cpu_w_low') as cpu_low,
        max(value) filter (where name = 'host_cpu_w_high') as cpu_high,
        max(value) filter (where name = 'host_rest_w_low') as rest_low,
        max(value) filter (where name = 'host_rest_w_high') as rest_high
    from assumptions
),

known as (
    select
        b.build_id,
        s.reading as system_power,
        k.reading.high as peak_w,
        i.reading.low as idle_w,
        r.reading as rest_power,
        a.watts as accelerator_watts,
        case when a.is_whole then 0 else p.watts end as processor_watts,
        coalesce(a.is_whole, false) as is_whole,
        reasons(
            case when a.build_id is null then 'no accelerator named' end,
            'no watts for ' || a.unknown
        ) as accelerator_missing,
        case
            when coalesce(a.is_whole, false) then null
            when p.build_id is null then 'no processor named'
            else 'no watts for ' || p.unknown
        end as processor_missing
    from catalogue_builds as b
    left join system_readings as s
        on s.build_id = b.build_id
        and s.attribute = 'system_power'
    left join system_readings as k
        on k.build_id = b.build_id
        and k.attribute = 'peak_power'
    left join system_readings as i
        on i.build_id = b.build_id
        and i.attribute = 'idle_power'
    left join system_readings as r
        on r.build_id = b.build_id
        and r.attribute = 'rest_power'
    left join accelerators as a
        on a.build_id = b.build_id
    left join processors as p
        on p.build_id = b.build_id
),

found as (
    select
        build_id,
        'stated' as power_basis,
        1 as rank,
        system_power.low as watts_low,
        system_power.high as watts_high,
        system_power.bound as watts_bound,
        system_power.observation_id as watts_from
    from known
    where system_power is not null
    union all by name
    -- a sum that leaves parts out is worse than one that puts a range on them; the rest is all but the accelerators
    select
        build_id,
        'parts_tdp' as power_basis,
        case
            when accelerator_watts + coalesce(rest_power.low, processor_watts) is null then 5
            when rest_power is null and not is_whole then 4
            else 2
        end as rank,
        accelerator_watts + coalesce(rest_power.low, processor_watts) as watts_low,
        accelerator_watts + coalesce(rest_power.high, processor_watts) as watts_high,
        reasons(accelerator_missing, case when rest_power is null then processor_missing end) as missing,
        case
            when accelerator_watts + processor_watts is not null and rest_power is null and not is_whole
                then 'board, memory, drives and fans'
        end as not_counted
    from known
    union all by name
    select
        k.build_id,
        'modelled' as power_basis,
        3 as rank,
        -- a system at work draws no more than its peak
        least(
            k.accelerator_watts + coalesce(k.processor_watts, h.cpu_low) + h.rest_low,
            k.peak_w
        ) as watts_low,
        least(
            k.accelerator_watts + coalesce(k.processor_watts, h.cpu_high) + h.rest_high,
            k.peak_w
        ) as watts_high
    from known as k
    cross join host_assumptions as h
    where k.accelerator_watts is not null
        and not k.is_whole
        and k.rest_power is null
)

select
    f.build_id,
    f.power_basis,
    f.watts_low,
    mid(f.watts_low, f.watts_high) as watts_mid,
    f.watts_high,
    f.watts_bound,
    k.peak_w,
    k.idle_w,
    f.rank = min(f.rank) over (partition by f.build_id) as is_best,
    f.not_counted,
    f.missing,
    f.watts_from
from found as f
inner join known as k
    on k.build_id = f.build_id
order by f.build_id, f.power_basis
