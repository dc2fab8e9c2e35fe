-- What the throughput model gives systems and rented cards at the context, the prompts and the sequences of each workload.
-- A context takes memory, so that more accelerators may have to hold the model, or all of them too few; and time, as a
-- token reads the cache. decode_factor is that over the speed at the context of modelled_throughput: it carries over to a
-- measured speed.
with runs as (
    select
        'system' as subject_kind,
        m.build_id as subject_id,
        m.modelled_id as speed_from,
        m.model_id,
        m.quantization,
        m.hardware_id,
        m.model_size_id,
        a.quantity as accelerators,
        m.tokens_per_s_mid as reference_tok_s
    from modelled_throughput as m
    inner join build_accelerators as a
        on a.build_id = m.build_id
        and a.hardware_id = m.hardware_id
    where m.tokens_per_s_mid is not null
        and m.split <> 'tensor'
        and m.concurrency = 1
    union all by name
    select
        'card' as subject_kind,
        hardware_id as subject_id,
        model_id,
        quantization,
        hardware_id,
        model_size_id,
        1 as accelerators,
        tokens_per_s_mid as reference_tok_s
    from card_speeds
),

placed as (
    select
        r.*,
        w.workload_id,
        w.context_tokens,
        w.prompt_tokens,
        w.concurrency,
        h.vendor,
        h.memory_kind,
        h.memory_bandwidth_gb_s,
        h.fp32_tflops,
        h.fp16_vector_tflops,
        m.layers,
        m.hidden_size,
        m.active_params_b is not null as is_moe,
        coalesce(m.active_params_b, m.params_b) as active_params_b,
        z.size_gb_high as size_gb,
        bits_of_file(z.size_gb_high, m.params_b) as bits,
        z.read_gb,
        coalesce(m.expert_share, 1) as expert_share,
        kv_cache_gb(m.layers, m.cache_width, w.context_tokens, m.sliding_window, m.full_attention_layers) as cache_gb,
        accelerators_needed(z.size_gb_high, cache_gb * w.concurrency, h.usable_memory_gb, o.value) as accelerators_used,
        accelerators_used <= r.accelerators as fits_in_memory,
        h.usable_memory_gb * r.accelerators as memory_gb,
        memory_needed_gb(
            z.size_gb_high, cache_gb * w.concurrency, o.value, least(accelerators_used, r.accelerators)
        ) as memory_needed_gb
    from runs as r
    cross join workloads as w
    inner join hardware as h
        on h.hardware_id = r.hardware_id
    inner join models as m
        on m.model_id = r.model_id
    inner join model_sizes as z
        on z.model_size_id = r.model_size_id
    inner join assumptions as o
        on o.name = 'overhead_gb'
),

timed as (
    select
        p.*,
        decode_terms(
            p.read_gb, p.cache_gb, p.layers, layer_width(p.hidden_size, p.vendor), p.is_moe, p.memory_bandwidth_gb_s,
            layer_tflops(p.fp32_tflops, p.fp16_vector_tflops), p.accelerators_used,
            case when p.accelerators_used > 1 then 'layer' else 'none' end
        ) as terms,
        modelled_ms(
            prefill_terms(p.active_params_b, p.bits, p.layers, p.hidden_size, 1, p.fp16_vector_tflops, p.is_moe),
            f.constants,
            prefill_logs(p.fp16_vector_tflops, p.memory_kind = 'unified', 1, 1),
            f.exponents
        ) as token_ms,
        case
            when p.concurrency = 1 then modelled_ms(terms, d.constants)
            else batch_step_ms(terms, d.constants, token_ms, p.concurrency, p.read_gb, p.size_gb, p.expert_share)
        end as step_ms,
        -- a prompt of which a part is cached still looks at all of it
        prefill_terms(
            p.active_params_b, p.bits, p.layers, p.hidden_size,
            greatest(2 * p.context_tokens - p.prompt_tokens, p.prompt_tokens), p.fp16_vector_tflops, p.is_moe
        ) as prompt_terms,
        modelled_ms(
            prompt_terms,
            f.constants,
            prefill_logs(p.fp16_vector_tflops, p.memory_kind = 'unified', p.accelerators_used, p.prompt_tokens),
            f.exponents
        ) as prefill_ms,
        interval_reach(f.log_reading, f.log_elsewhere, prefill_elsewhere(prompt_terms, f.constants)) as prompt_reach
    from placed as p
    inner join throughput_model as d
        on d.phase = 'decode'
        and d.speed_class = speed_class(p.vendor, p.memory_kind)
        and d.software_generation = '2025'
    left join throughput_model as f
        on f.phase = 'prefill'
        and f.speed_class = d.speed_class
        and f.software_generation = d.software_generation
)

select
    subject_kind,
    subject_id,
    model_id,
    quantization,
    workload_id,
    speed_from,
    context_tokens,
    concurrency,
    least(accelerators_used, accelerators) as accelerators_used,
    memory_needed_gb,
    memory_gb,
    fits_in_memory,
    case when fits_in_memory then batch_tok_s(step_ms, concurrency) end as tokens_per_s,
    tokens_per_s / reference_tok_s as decode_factor,
    case when fits_in_memory then 1000 / (prefill_ms * exp(prompt_reach)) end as prefill_tok_s_low,
    case when fits_in_memory then 1000 / prefill_ms end as prefill_tok_s_mid,
    case when fits_in_memory then 1000 / (prefill_ms * exp(-prompt_reach)) end as prefill_tok_s_high,
    case
        when not fits_in_memory
            then format(
                '{:.0f} tokens of context{} take {:.3g} GB with the model, more than {:.3g} GB',
                context_tokens,
                case when concurrency > 1 then format(' of {} sequences', concurrency) else '' end,
                memory_needed_gb,
                memory_gb
            )
        when prefill_ms is null then 'how fast it reads a prompt is not known'
    end as missing
from timed
order by subject_kind, subject_id, model_id, quantization, workload_id
