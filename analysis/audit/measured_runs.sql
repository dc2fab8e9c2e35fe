-- The runs that the throughput model is fitted to: measured by somebody who gives tool and day, exact, of one sequence, on
-- accelerators whose data sheet is known, in a computer that does not hold them up. One row a configuration: the median of
-- its readings, by the one that is nearest to it, with the terms that its time is made of.
with runs as (
    select
        b.*,
        case
            when b.gpu_count = 1 then 'none'
            else coalesce(b.split, 'layer')
        end as run_split,
        h.vendor,
        h.memory_kind,
        h.memory_type,
        h.memory_bandwidth_gb_s,
        h.memory_bandwidth_from,
        h.fp32_tflops,
        h.fp16_vector_tflops,
        m.params_b,
        m.active_params_b,
        m.layers,
        m.cache_width,
        m.sliding_window,
        m.full_attention_layers,
        m.hidden_size,
        m.vocabulary_size,
        m.tied_embeddings,
        z.size_gb_high as size_gb,
        z.read_gb,
        z.model_size_id,
        r.median_tok_s,
        r.readings,
        -- of a run without a context the first few hundred tokens
        coalesce(b.context_tokens, 256) as run_context_tokens
    from benchmarks as b
    inner join measured_readings as r
        on r.benchmark_id = b.benchmark_id
        and r.is_representative
    inner join hardware as h
        on h.hardware_id = b.hardware_id
    inner join models as m
        on m.model_id = b.model_id
    inner join model_sizes as z
        on z.model_id = b.model_id
        and z.quantization = b.quantization
        and z.is_chosen
    where b.basis = 'measured'
        and b.date_basis = 'explicit'
        and b.engine is not null
        and not b.is_derived
        and not b.is_approximate
        and b.bound is null
        and b.tokens_per_s_low = b.tokens_per_s_high
        and b.concurrency = 1
        and b.offload = 'none'
        and b.host is distinct from 'single_board'
        and h.memory_kind is not null
        and h.memory_bandwidth_gb_s is not null
        and h.fp32_tflops is not null
        and m.layers is not null
),

termed as (
    select
        *,
        speed_class(vendor, memory_kind) as speed_class,
        software_generation(observed_on) as software_generation,
        case phase
            when 'decode'
                then decode_terms(
                    read_gb,
                    kv_cache_gb(layers, cache_width, run_context_tokens, sliding_window, full_attention_layers),
                    layers, layer_width(hidden_size, vendor), active_params_b is not null, memory_bandwidth_gb_s,
                    layer_tflops(fp32_tflops, fp16_vector_tflops), gpu_count, run_split
                )
            else prefill_terms(
                coalesce(active_params_b, params_b), bits_of_file(size_gb, params_b), layers, hidden_size,
                run_context_tokens, fp16_vector_tflops, active_params_b is not null
            )
        end as terms,
        case phase
            when 'decode' then [0.0]::double[]
            else prefill_logs(fp16_vector_tflops, memory_kind = 'unified', gpu_count, run_context_tokens)
        end as logs,
        1000 / median_tok_s as measured_ms
    from runs
)

select
    benchmark_id,
    source_id,
    phase,
    hardware_id,
    gpu_count as accelerators,
    run_split as split,
    model_id,
    quantization,
    engine,
    observed_on as software_day,
    software_generation,
    speed_class,
    lower(vendor) as vendor,
    memory_type,
    run_context_tokens as context_tokens,
    median_tok_s as tokens_per_s,
    readings,
    measured_ms,
    terms,
    logs,
    model_size_id,
    memory_bandwidth_from
from termed
order by benchmark_id
