-- Watts of whole systems (unified memory) as measured or stated: while decoding, doing nothing, and at most. A system that
-- nobody measured takes the figures of another machine around the same chip: same maker, bandwidth and compute.
with readings as (
    select
        o.hardware_id,
        o.attribute,
        mid(o.value_low, o.value_high) / case when o.each then 1 else o.count end as watts,
        o.observed_on,
        o.observation_id
    from current_observations as o
    inner join hardware as h
        on h.hardware_id = o.hardware_id
        and h.kind = 'system'
    where o.attribute in ('working_power', 'idle_power', 'peak_power')
        and not o.is_derived
        and o.value_low is not null
),

figures as (
    select
        hardware_id,
        attribute,
        -- of several readings at work the median, of what changes with software the newest
        case
            when attribute = 'working_power' then median(watts)
            else arg_max(watts, row(coalesce(observed_on, date '1970-01-01'), observation_id))
        end as watts,
        max(observation_id) as observation_id
    from readings
    group by hardware_id, attribute
),

-- every system with the machines whose figures may stand for it, itself first
candidates as (
    select
        s.hardware_id,
        f.hardware_id as read_at,
        f.attribute,
        f.watts,
        f.observation_id
    from hardware as s
    inner join hardware as t
        on t.hardware_id = s.hardware_id
        or (
            t.kind = 'system'
            and t.vendor = s.vendor
            and t.memory_bandwidth_gb_s = s.memory_bandwidth_gb_s
            and t.fp32_tflops = s.fp32_tflops
        )
    inner join figures as f
        on f.hardware_id = t.hardware_id
    where s.kind = 'system'
    qualify row_number() over (
        partition by s.hardware_id, f.attribute
        order by t.hardware_id <> s.hardware_id, t.hardware_id
    ) = 1
)

select
    h.hardware_id,
    max(c.watts) filter (where c.attribute = 'working_power') as working_w,
    max(c.watts) filter (where c.attribute = 'idle_power') as idle_w,
    -- at most as much as is stated of it, else its thermal design power
    coalesce(max(c.watts) filter (where c.attribute = 'peak_power'), h.tdp_w) as peak_w,
    max(c.observation_id) filter (where c.attribute = 'working_power') as working_from,
    max(c.observation_id) filter (where c.attribute = 'idle_power') as idle_from,
    max(c.observation_id) filter (where c.attribute = 'peak_power') as peak_from,
    nullif(
        string_agg(distinct t.name, ', ' order by t.name) filter (where c.read_at <> h.hardware_id), ''
    ) as read_at,
    reasons(
        case when working_w is null then 'nobody read its watts while it decodes' end,
        case when idle_w is null then 'nobody read its watts while it does nothing' end,
        case when peak_w is null then 'nobody states its highest watts' end
    ) as missing
from hardware as h
left join candidates as c
    on c.hardware_id = h.hardware_id
left join hardware as t
    on t.hardware_id = c.read_at
where h.kind = 'system'
group by h.hardware_id, h.tdp_w
order by h.hardware_id
