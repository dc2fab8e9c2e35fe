-- How fast each system's host memory is read: what offloaded weights wait for. The fastest of what its parts allow, so
-- that a claim is never called impossible by a slow reading of its host; a host that nobody describes gets what
-- assumptions.toml says.
with host_parts as (
    select
        p.build_id,
        p.slot,
        p.hardware_id,
        p.slot in ('cpu', 'board', 'memory') as is_host
    from build_parts as p
    where p.hardware_id is not null
        and p.slot in ('cpu', 'board', 'memory')
),

figures as (
    select
        h.build_id,
        s.attribute,
        arg_max(
            {'figure': s.value_high, 'observation_id': s.observation_id},
            row(s.value_high, s.observation_id)
        ) as best
    from host_parts as h
    inner join specs as s
        on s.hardware_id = h.hardware_id
        and (s.pieces = 1 or s.each)
    where s.attribute in ('memory_bandwidth', 'memory_channels')
        -- a kit's own speed counts, not the fastest that board or processor would take
        or (s.attribute = 'memory_speed' and h.slot = 'memory')
    group by h.build_id, s.attribute
),

wide as (
    select
        c.build_id,
        b.best as stated,
        n.best as channels,
        v.best as speed,
        -- a channel is 64 bits wide: 8 bytes a transfer
        n.best.figure * v.best.figure * 8 / 1000 as computed_gb_s
    from catalogue_builds as c
    left join figures as b
        on b.build_id = c.build_id
        and b.attribute = 'memory_bandwidth'
    left join figures as n
        on n.build_id = c.build_id
        and n.attribute = 'memory_channels'
    left join figures as v
        on v.build_id = c.build_id
        and v.attribute = 'memory_speed'
)

select
    w.build_id,
    case
        when coalesce(w.stated.figure, 0) >= coalesce(w.computed_gb_s, 0) and w.stated is not null then w.stated.figure
        when w.computed_gb_s is not null then w.computed_gb_s
        else (select value from assumptions where name = 'host_bandwidth_gb_s')
    end as host_bandwidth_gb_s,
    case
        when coalesce(w.stated.figure, 0) >= coalesce(w.computed_gb_s, 0) and w.stated is not null then 'stated'
        when w.computed_gb_s is not null then 'channels_x_speed'
        else 'assumed'
    end as basis,
    w.stated.figure as stated_gb_s,
    w.channels.figure::integer as memory_channels,
    w.speed.figure as memory_speed_mt_s,
    w.stated.observation_id as stated_from,
    w.channels.observation_id as channels_from,
    w.speed.observation_id as speed_from
from wide as w
order by w.build_id
