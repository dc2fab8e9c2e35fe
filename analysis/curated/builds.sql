-- Every system that a source describes, with its accelerators and memory.
with accelerators as (
    select
        a.build_id,
        case when count(*) = 1 then any_value(a.hardware_id) end as accelerator_id,
        sum(a.quantity)::integer as accelerator_count,
        -- one card of unknown memory makes the sum unknown
        case when count(h.memory_gb) = count(*) then sum(h.memory_gb * a.quantity) end as accelerator_memory_gb,
        bool_and(h.kind = 'system' and h.memory_gb is not null) as is_unified,
        max(a.link) as link,
        string_agg(distinct h.doubt, '; ' order by h.doubt) as doubt
    from build_accelerators as a
    inner join hardware as h
        on h.hardware_id = a.hardware_id
    group by a.build_id
),

memory_kits as (
    select
        p.build_id,
        case when count(h.memory_gb) = count(*) then sum(h.memory_gb * p.quantity) end as system_memory_gb
    from build_parts as p
    left join hardware as h
        on h.hardware_id = p.hardware_id
    where p.slot = 'memory'
    group by p.build_id
),

bridges as (
    select distinct build_id
    from build_parts
    where slot = 'link'
        and hardware_id is not null
)

select
    c.build_id,
    c.name,
    c.source_id,
    c.description,
    a.accelerator_id,
    a.accelerator_count,
    a.accelerator_memory_gb,
    case when a.is_unified then a.accelerator_memory_gb else m.system_memory_gb end as system_memory_gb,
    coalesce(a.is_unified, false) as is_unified_memory,
    coalesce(a.link, case when b.build_id is not null then 'nvlink' end) as link,
    a.doubt
from catalogue_builds as c
left join accelerators as a
    on a.build_id = c.build_id
left join memory_kits as m
    on m.build_id = c.build_id
left join bridges as b
    on b.build_id = c.build_id
order by c.build_id
