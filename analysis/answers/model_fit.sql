-- Which model fits where at which number of bits: weights, key-value cache and overhead against the memory of each single
-- card and of each system.
with needs as (
    select
        z.model_id,
        z.quantization,
        m.params_b,
        q.bits_per_weight,
        memory_needed_gb(
            z.size_gb_high,
            kv_cache_gb(m.layers, m.cache_width, c.value, m.sliding_window, m.full_attention_layers),
            o.value
        ) as needed_gb
    from model_sizes as z
    inner join models as m
        on m.model_id = z.model_id
    inner join quantizations as q
        on q.quantization = z.quantization
    inner join assumptions as c
        on c.name = 'context_tokens'
    inner join assumptions as o
        on o.name = 'overhead_gb'
    where z.is_chosen
        and z.quantization in (select quantization from modelled_runs)
        and (
            z.model_id in (select model_id from modelled_runs)
            or z.model_id in (select model_id from model_classes)
        )
),

homes as (
    select
        'card' as home,
        hardware_id as id,
        name,
        memory_gb,
        cast(null as double) as host_gb,
        false as is_unified_memory,
        doubt
    from hardware
    where kind = 'gpu'
        and memory_gb is not null
        and coalesce(memory_bandwidth_gb_s, tdp_w, msrp_usd) is not null
        and hardware_id in (select hardware_id from prices union select hardware_id from build_accelerators)
    union all
    select
        'system',
        build_id,
        name,
        accelerator_memory_gb,
        system_memory_gb,
        is_unified_memory,
        doubt
    from builds
    where accelerator_memory_gb is not null
)

select
    h.home,
    h.id,
    n.model_id,
    n.quantization,
    h.name,
    h.memory_gb,
    h.host_gb,
    h.doubt,
    n.params_b,
    n.bits_per_weight,
    n.needed_gb,
    case
        when n.needed_gb <= h.memory_gb then 'fits'
        when h.home = 'card' or h.is_unified_memory then 'does not fit'
        when n.needed_gb <= h.memory_gb + h.host_gb then 'with offload'
        when h.host_gb is null then 'only with offload'
        else 'does not fit'
    end as fit
from homes as h
cross join needs as n
order by h.home, h.id, n.params_b, n.bits_per_weight
