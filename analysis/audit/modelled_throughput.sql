-- What the throughput model gives each system for the models of modelled_runs that it holds, with one sequence at a time and
-- with several: on as few of its accelerators as hold the model and their caches, which take turns (layer split), and on as
-- many as share it evenly and read at once (tensor parallel). Accelerators that are left over are idle, or run further copies.
with constants as (
    select
        max(value) filter (where name = 'context_tokens') as context_tokens,
        max(value) filter (where name = 'decode_context_tokens') as decode_context_tokens,
        max(value) filter (where name = 'overhead_gb') as overhead_gb
    from assumptions
),

batches as (
    select 1 as concurrency
    union
    select value::integer as concurrency
    from assumptions
    where name in ('few_at_once', 'many_at_once')
),

runs as (
    select
        b.concurrency,
        r.model_id,
        r.quantization,
        z.size_gb_high as size_gb,
        z.model_size_id,
        coalesce(z.derivation, 'stated') as derivation,
        m.params_b,
        coalesce(m.active_params_b, m.params_b) as active_params_b,
        m.active_params_b is not null as is_moe,
        m.layers,
        m.hidden_size,
        z.read_gb,
        coalesce(m.expert_share, 1) as expert_share,
        b.concurrency
        * kv_cache_gb(m.layers, m.cache_width, k.context_tokens, m.sliding_window, m.full_attention_layers) as full_cache_gb,
        kv_cache_gb(
            m.layers, m.cache_width, k.decode_context_tokens, m.sliding_window, m.full_attention_layers
        ) as cache_gb,
        k.decode_context_tokens,
        k.overhead_gb
    from modelled_runs as r
    inner join models as m
        on m.model_id = r.model_id
    inner join model_sizes as z
        on z.model_id = r.model_id
        and z.quantization = r.quantization
        and z.is_chosen
    cross join constants as k
    cross join batches as b
),

kinds as (
    select
        b.build_id,
        a.hardware_id,
        a.quantity,
        h.name as hardware_name,
        h.vendor,
        h.memory_kind,
        h.usable_memory_gb,
        h.memory_bandwidth_gb_s,
        h.memory_bandwidth_from,
        h.fp32_tflops,
        h.fp16_vector_tflops,
        count(*) over (partition by b.build_id) as kinds,
        coalesce(sum(a.quantity) over (partition by b.build_id), 0) as all_accelerators
    from builds as b
    left join build_accelerators as a
        on a.build_id = b.build_id
    left join hardware as h
        on h.hardware_id = a.hardware_id
),

ways as (
    select
        k.*,
        'layer' as way
    from kinds as k
    union all
    select
        k.*,
        'tensor' as way
    from kinds as k
    where k.quantity > 1
        and k.memory_kind <> 'unified'
),

placed as (
    select
        w.*,
        r.*,
        accelerators_needed(r.size_gb, r.full_cache_gb, w.usable_memory_gb, r.overhead_gb) as holding,
        -- a model is split evenly among two, four, eight
        case w.way when 'tensor' then power(2, floor(log2(w.quantity)))::integer else holding end as accelerators_used,
        accelerators_used >= holding and accelerators_used <= w.quantity as fits,
        case when accelerators_used = 1 then 'none' else w.way end as split
    from ways as w
    cross join runs as r
),

timed as (
    select
        p.*,
        d.constants,
        d.left_out_error_percent,
        d.accelerators as calibrating_accelerators,
        case
            when p.fits
                then decode_terms(
                    p.read_gb, p.cache_gb, p.layers, layer_width(p.hidden_size, p.vendor), p.is_moe,
                    p.memory_bandwidth_gb_s, layer_tflops(p.fp32_tflops, p.fp16_vector_tflops), p.accelerators_used, p.split
                )
        end as terms,
        modelled_ms(
            prefill_terms(
                p.active_params_b, bits_of_file(p.size_gb, p.params_b), p.layers, p.hidden_size, 1, p.fp16_vector_tflops,
                p.is_moe
            ),
            f.constants,
            prefill_logs(p.fp16_vector_tflops, p.memory_kind = 'unified', 1, 1),
            f.exponents
        ) as token_ms,
        case
            when p.concurrency = 1 then modelled_ms(terms, d.constants)
            else batch_step_ms(terms, d.constants, token_ms, p.concurrency, p.read_gb, p.size_gb, p.expert_share)
        end as step_ms,
        case
            when p.fits
                then prefill_terms(
                    p.active_params_b, bits_of_file(p.size_gb, p.params_b), p.layers, p.hidden_size,
                    p.decode_context_tokens, p.fp16_vector_tflops, p.is_moe
                )
        end as prompt_terms,
        modelled_ms(
            prompt_terms,
            f.constants,
            prefill_logs(
                p.fp16_vector_tflops, p.memory_kind = 'unified', p.accelerators_used, p.decode_context_tokens
            ),
            f.exponents
        ) as prefill_ms,
        interval_widening(p.split = 'tensor', false, p.concurrency > 1) as widening,
        interval_reach(d.log_reading, d.log_elsewhere, decode_elsewhere(terms, d.constants, step_ms), widening) as reach,
        interval_reach(f.log_reading, f.log_elsewhere, prefill_elsewhere(prompt_terms, f.constants)) as prompt_reach,
        reasons(
            case when p.hardware_id is null then 'its accelerators are not named' end,
            case when p.usable_memory_gb is null then 'the memory of ' || p.hardware_name || ' is not known' end,
            case
                when not p.fits and p.kinds > 1
                    then format('{:.4g} GB do not fit one kind of its accelerators', p.size_gb + p.full_cache_gb)
                when not p.fits
                    then format(
                        '{:.4g} GB do not fit into {:.4g} GB', p.size_gb + p.full_cache_gb, p.usable_memory_gb * p.quantity
                    )
            end
        ) as memory_missing,
        reasons(
            case
                when p.memory_bandwidth_gb_s is null and p.hardware_id is not null
                    then 'the memory bandwidth of ' || p.hardware_name || ' is stated by no source'
            end,
            case
                when p.fp32_tflops is null and p.hardware_id is not null
                    then 'the single-precision compute of ' || p.hardware_name || ' is stated by no source'
            end
        ) as sheet_missing
    from placed as p
    left join throughput_model as d
        on d.phase = 'decode'
        and d.speed_class = speed_class(p.vendor, p.memory_kind)
        and d.software_generation = '2025'
    left join throughput_model as f
        on f.phase = 'prefill'
        and f.speed_class = d.speed_class
        and f.software_generation = '2025'
),

-- of several kinds of accelerators, the one that is fastest alone
chosen as (
    select *
    from timed
    qualify row_number() over (
        partition by build_id, model_id, quantization, way, concurrency
        order by step_ms is not null desc, step_ms, usable_memory_gb desc, hardware_id
    ) = 1
)

select
    concat_ws(
        '/', 'modelled', build_id, model_id, quantization, way, case when concurrency > 1 then concurrency || ' at once' end
    ) as modelled_id,
    build_id,
    model_id,
    quantization,
    hardware_id,
    split,
    concurrency,
    case split when 'tensor' then 'vLLM' else 'llama.cpp' end as engine,
    accelerators_used,
    case when fits then (all_accelerators - accelerators_used)::integer end as idle_accelerators,
    case when fits then (quantity // accelerators_used)::integer end as replicas,
    speed_class(vendor, memory_kind) as speed_class,
    calibrating_accelerators,
    memory_needed_gb(
        size_gb, full_cache_gb, overhead_gb, coalesce(case when fits then accelerators_used end, 1)
    ) as memory_needed_gb,
    case when hardware_id is not null and usable_memory_gb is not null then fits end as fits_in_memory,
    read_gb as gb_read_per_token,
    decode_context_tokens::bigint as context_tokens,
    batch_tok_s(step_ms * exp(reach), concurrency) as tokens_per_s_low,
    batch_tok_s(step_ms, concurrency) as tokens_per_s_mid,
    -- memory is read no faster than its bandwidth
    case
        when step_ms is not null
            then batch_tok_s(greatest(step_ms * exp(-reach), least_decode_ms(terms, concurrency)), concurrency)
    end as tokens_per_s_high,
    1000 / (prefill_ms * exp(prompt_reach)) as prefill_tok_s_low,
    1000 / prefill_ms as prefill_tok_s_mid,
    1000 / (prefill_ms * exp(-prompt_reach)) as prefill_tok_s_high,
    case
        when step_ms is not null
            then concat_ws(
                '; ',
                format('{:.4g} GB of weights ({}), {:.4g} GB read for a token', size_gb, derivation, read_gb),
                case split
                    when 'layer' then format('{} accelerators that take turns (layer split)', accelerators_used)
                    when 'tensor' then format('{} accelerators at once (tensor parallel)', accelerators_used)
                    else 'one accelerator'
                end,
                format('{:.0f} tokens of context', decode_context_tokens),
                format(
                    'fitted to runs of {} accelerators of this class, which a fit without them misses by {:.0f} % in the median',
                    calibrating_accelerators, left_out_error_percent
                ),
                case when calibrating_accelerators = 0 then 'no run of this class calibrates it' end,
                case
                    when concurrency > 1
                        then format('{} sequences together: weights read once for all, each with its arithmetic and its cache', concurrency)
                end,
                case when split = 'tensor' then 'few runs of tensor parallel calibrate it: a wide interval' end,
                case
                    when all_accelerators > accelerators_used
                        then format('{} accelerators are idle or run further copies', all_accelerators - accelerators_used)
                end
            )
    end as assumptions,
    reasons(memory_missing, sheet_missing) as missing,
    model_size_id,
    memory_bandwidth_from as bandwidth_from
from chosen
order by modelled_id
