-- Watts of a desktop computer with one card while it decodes: host + share x thermal design power, fitted to measured_power
-- by the median of the slopes between pairs of readings, which single odd readings do not move; and how far the rule misses
-- a card that it has not seen.
with readings as (
    select
        observation_id,
        hardware_id,
        tdp_w,
        wall_w
    from measured_power
    where hardware_kind = 'gpu'
        and accelerators = 1
        and host = 'pc'
        and tdp_w is not null
),

-- every card left out in turn, and none
folds as (
    select distinct hardware_id as left_out
    from readings
    union all
    select ''
),

slopes as (
    select
        f.left_out,
        median((b.wall_w - a.wall_w) / (b.tdp_w - a.tdp_w)) as share_of_tdp
    from folds as f
    inner join readings as a
        on a.hardware_id <> f.left_out
    inner join readings as b
        on b.hardware_id <> f.left_out
        and b.tdp_w > a.tdp_w
    group by f.left_out
),

rules as (
    select
        s.left_out,
        s.share_of_tdp,
        median(r.wall_w - s.share_of_tdp * r.tdp_w) as host_w
    from slopes as s
    inner join readings as r
        on r.hardware_id <> s.left_out
    group by s.left_out, s.share_of_tdp
),

misses as (
    select
        r.hardware_id,
        r.wall_w / (l.host_w + l.share_of_tdp * r.tdp_w) as ratio
    from readings as r
    inner join rules as l
        on l.left_out = r.hardware_id
)

select
    'one card in a desktop computer' as applies_to,
    l.host_w,
    l.share_of_tdp,
    count(*)::integer as readings,
    count(distinct m.hardware_id)::integer as cards,
    median(abs(1 / m.ratio - 1)) * 100 as left_out_error_percent,
    -- few readings: the ends are half as far again
    least(power(quantile_cont(m.ratio, 0.1), 1.5), 0.8) as factor_low,
    greatest(power(quantile_cont(m.ratio, 0.9), 1.5), 1.15) as factor_high
from rules as l
cross join misses as m
where l.left_out = ''
group by l.host_w, l.share_of_tdp
