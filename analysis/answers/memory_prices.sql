-- Memory, bandwidth and power of each accelerator, with its best price today, new and used, and what a gigabyte of its
-- memory and a gigabyte a second of its bandwidth cost.
with best_prices as (
    select
        p.*,
        case when p.condition = 'used' then 'used' else 'new' end as state
    from price_list as p
    where p.is_best
        and p.condition_rank is not null
    qualify row_number() over (
        partition by p.hardware_id, p.condition = 'used'
        order by p.condition_rank
    ) = 1
),

memories as (
    select
        h.*,
        coalesce(o.bound = 'at_most', false) as is_largest
    from hardware as h
    left join observations as o
        on o.observation_id = h.memory_from
)

select
    h.hardware_id,
    coalesce(p.state, 'new') as state,
    h.name as item,
    h.kind,
    h.memory_gb,
    case when h.is_largest then 'at most' end as memory_remark,
    h.memory_bandwidth_gb_s,
    h.tdp_w,
    p.observation_id as price_from,
    p.condition || ', ' || coalesce(cast(p.observed_on as varchar), 'no day') as price_of,
    p.price_low_usd,
    p.price_mid_usd,
    p.price_high_usd,
    -- a price range of a machine with "up to" so much memory: its high end is the one that buys the most of it
    usd_per_unit(case when h.is_largest then p.price_high_usd else p.price_low_usd end, h.memory_gb) as usd_per_gb_low,
    usd_per_unit(case when h.is_largest then p.price_high_usd else p.price_mid_usd end, h.memory_gb) as usd_per_gb_mid,
    usd_per_unit(p.price_high_usd, h.memory_gb) as usd_per_gb_high,
    usd_per_unit(p.price_low_usd, h.memory_bandwidth_gb_s) as usd_per_gb_s_low,
    usd_per_unit(p.price_mid_usd, h.memory_bandwidth_gb_s) as usd_per_gb_s_mid,
    usd_per_unit(p.price_high_usd, h.memory_bandwidth_gb_s) as usd_per_gb_s_high,
    nullif(concat_ws('; ',
        case when h.memory_gb is null then 'no source states the memory' end,
        case when h.memory_bandwidth_gb_s is null then 'no source states the bandwidth' end,
        case when h.tdp_w is null then 'no source states the watts' end,
        case when p.price_mid_usd is null then 'no source states a price' end
    ), '') as missing
from memories as h
left join best_prices as p
    on p.hardware_id = h.hardware_id
where h.kind in ('gpu', 'system')
    and coalesce(h.memory_bandwidth_gb_s, h.tdp_w, p.price_mid_usd) is not null
order by h.hardware_id, state
