-- What the throughput model gives one rented card by itself, for the models of modelled_runs that it holds.
with runs as (
    select
        r.model_id,
        r.quantization,
        z.model_size_id,
        z.size_gb_high as size_gb,
        m.layers,
        m.hidden_size,
        m.active_params_b is not null as is_moe,
        z.read_gb,
        kv_cache_gb(m.layers, m.cache_width, c.value, m.sliding_window, m.full_attention_layers) as full_cache_gb,
        kv_cache_gb(m.layers, m.cache_width, d.value, m.sliding_window, m.full_attention_layers) as cache_gb,
        o.value as overhead_gb
    from modelled_runs as r
    inner join models as m
        on m.model_id = r.model_id
    inner join model_sizes as z
        on z.model_id = r.model_id
        and z.quantization = r.quantization
        and z.is_chosen
    inner join assumptions as c
        on c.name = 'context_tokens'
    inner join assumptions as d
        on d.name = 'decode_context_tokens'
    inner join assumptions as o
        on o.name = 'overhead_gb'
),

cards as (
    select distinct
        h.hardware_id,
        h.vendor,
        h.memory_kind,
        h.usable_memory_gb,
        h.memory_bandwidth_gb_s,
        h.fp32_tflops,
        h.fp16_vector_tflops
    from gpu_rates as g
    inner join hardware as h
        on h.hardware_id = g.hardware_id
),

timed as (
    select
        c.hardware_id,
        r.*,
        memory_needed_gb(r.size_gb, r.full_cache_gb, r.overhead_gb) as memory_needed_gb,
        decode_terms(
            r.read_gb, r.cache_gb, r.layers, layer_width(r.hidden_size, c.vendor), r.is_moe, c.memory_bandwidth_gb_s,
            layer_tflops(c.fp32_tflops, c.fp16_vector_tflops), 1, 'none'
        ) as terms,
        modelled_ms(terms, t.constants) as decode_ms,
        interval_reach(t.log_reading, t.log_elsewhere, decode_elsewhere(terms, t.constants, decode_ms)) as reach
    from cards as c
    cross join runs as r
    inner join throughput_model as t
        on t.phase = 'decode'
        and t.speed_class = speed_class(c.vendor, c.memory_kind)
        and t.software_generation = '2025'
    where accelerators_needed(r.size_gb, r.full_cache_gb, c.usable_memory_gb, r.overhead_gb) = 1
)

select
    hardware_id,
    model_id,
    quantization,
    model_size_id,
    memory_needed_gb,
    read_gb as gb_read_per_token,
    1000 / (decode_ms * exp(reach)) as tokens_per_s_low,
    1000 / decode_ms as tokens_per_s_mid,
    1000 / greatest(decode_ms * exp(-reach), least_decode_ms(terms)) as tokens_per_s_high
from timed
where decode_ms is not null
order by hardware_id, model_id, quantization
