-- The accelerators of each system: its graphics cards, or the system itself where its processor and its accelerator share
-- one memory.
with accelerator_lines as (
    select
        p.build_id,
        p.hardware_id,
        p.quantity,
        p.link,
        p.slot
    from build_parts as p
    inner join catalogue_hardware as h
        on h.hardware_id = p.hardware_id
    where h.kind = 'gpu'
        or (
            h.kind = 'system'
            -- a system whose cards the document does not name has accelerators that nobody knows
            and not exists (
                select 1
                from build_parts as o
                where o.build_id = p.build_id
                    and o.slot = 'gpu'
            )
        )
)

select
    build_id,
    hardware_id,
    sum(quantity)::integer as quantity,
    max(link) as link
from accelerator_lines
group by build_id, hardware_id
order by build_id, hardware_id
