-- What any count of any accelerator of the catalogue does with any model at any format: speed, prefill, memory, watts, cost.
-- The formulas are those of macros/speeds.sql, the constants those of throughput_model and power_model. Columns are all
-- qualified, as a bare name is a parameter.

create or replace macro name_form(name) as
    trim(
        regexp_replace(
            regexp_replace(
                regexp_replace(lower(name), '[^a-z0-9+]+', ' ', 'g'), '\b(\d+) (gb|tb|w)\b', '\1\2', 'g'
            ),
            '\b(nvidia|amd|intel|geforce|radeon|quadro) ', '', 'g'
        )
    );

comment on macro name_form is
    'A name as item_names has it: lower case, no vendor words, no punctuation. name_form(''NVIDIA RTX-3090 24 GB'') = ''rtx 3090 24gb''.';

create or replace macro predict(
    hardware,
    model,
    quantization,
    split := 'layer',
    context_tokens := 4096,
    prompt_tokens := 4096,
    concurrency := 1,
    generation := '2025',
    hours_per_week := 40,
    usd_per_kwh := 0.15,
    life_years := 3
) as table
    with asked as (
        select
            coalesce(try_cast(regexp_extract(cast(hardware as varchar), '^\s*(\d+) ?[x×] ', 1) as integer), 1) as accelerators,
            name_form(regexp_replace(cast(hardware as varchar), '^\s*\d+ ?[x×] ', '')) as hardware_form,
            name_form(cast(model as varchar)) as model_form,
            upper(cast(quantization as varchar)) as format,
            cast(split as varchar) as asked_split,
            cast(context_tokens as double) as context,
            cast(prompt_tokens as double) as prompt,
            cast(concurrency as double) as sequences,
            cast(generation as varchar) as software,
            cast(hours_per_week as double) as hours,
            cast(usd_per_kwh as double) as usd_kwh,
            cast(life_years as double) as years
    ),

    constants as (
        select
            max(a.value) filter (where a.name = 'overhead_gb') as overhead_gb,
            max(a.value) filter (where a.name = 'pc_host_bandwidth_gb_s') as host_gb_s,
            max(a.value) filter (where a.name = 'further_card_w') as further_card_w,
            max(a.value) filter (where a.name = 'tensor_share_of_tdp') as tensor_share,
            max(a.value) filter (where a.name = 'prefill_share_of_tdp') as prefill_share,
            max(a.value) filter (where a.name = 'pc_idle_w_low') as idle_low,
            max(a.value) filter (where a.name = 'pc_idle_w_high') as idle_high,
            max(a.value) filter (where a.name = 'idle_further_card_w') as idle_further_w,
            max(a.value) filter (where a.name = 'several_cards_factor') as several_factor,
            max(a.value) filter (where a.name = 'system_working_share') as system_share,
            max(a.value) filter (where a.name = 'host_cpu_w_low') + max(a.value) filter (where a.name = 'host_rest_w_low')
                as host_peak_low,
            max(a.value) filter (where a.name = 'host_cpu_w_high') + max(a.value) filter (where a.name = 'host_rest_w_high')
                as host_peak_high
        from assumptions as a
    ),

    best_prices as (
        select
            p.hardware_id,
            p.price_low_usd,
            p.price_mid_usd,
            p.price_high_usd
        from prices as p
        left join price_preference as f
            on f.condition = p.condition
        where p.is_candidate
            and p.is_current
        qualify row_number() over (
            partition by p.hardware_id
            order by
                p.priced_on is null,
                f.rank nulls last,
                p.priced_on desc,
                evidence_order(p.is_derived, p.observed_on, p.date_basis, p.bound, p.is_approximate, p.observation_id)
        ) = 1
    ),

    placed as (
        select
            k.*,
            c.*,
            h.hardware_id,
            h.name as hardware_name,
            h.kind,
            h.vendor,
            h.doubt,
            h.memory_kind,
            h.memory_bandwidth_gb_s,
            h.fp32_tflops,
            h.fp16_vector_tflops,
            h.tdp_w,
            m.model_id,
            m.name as model_name,
            m.layers,
            m.hidden_size,
            coalesce(m.active_params_b, m.params_b) as active_params_b,
            m.active_params_b is not null as is_moe,
            z.size_gb_high as size_gb,
            bits_of_file(z.size_gb_high, m.params_b) as bits,
            coalesce(z.derivation, 'stated') as derivation,
            z.read_gb,
            coalesce(m.expert_share, 1) as expert_share,
            kv_cache_gb(m.layers, m.cache_width, k.context, m.sliding_window, m.full_attention_layers) as cache_gb,
            case
                when k.accelerators = 1 then 'none'
                when h.memory_kind = 'unified' then 'layer'
                else k.asked_split
            end as used_split,
            h.usable_memory_gb * k.accelerators as memory_gb,
            memory_needed_gb(z.size_gb_high, cache_gb * k.sequences, c.overhead_gb, k.accelerators) as needed_gb,
            -- greatest() passes over NULL, which here means not known
            case
                when needed_gb is not null and h.usable_memory_gb is not null
                    then greatest(needed_gb - h.usable_memory_gb * k.accelerators, 0)
            end as short_gb,
            case when h.memory_kind <> 'unified' and short_gb > 0 then least(short_gb, z.size_gb_high) else 0 end as offloaded_gb
        from asked as k
        cross join constants as c
        left join item_names as n
            on n.section = 'hardware'
            and n.form = k.hardware_form
        left join hardware as h
            on h.hardware_id = n.id
            and h.kind in ('gpu', 'system')
        left join item_names as o
            on o.section = 'model'
            and o.form = k.model_form
        left join models as m
            on m.model_id = o.id
        left join model_sizes as z
            on z.model_id = m.model_id
            and z.quantization = k.format
            and z.is_chosen
    ),

    timed as (
        select
            p.*,
            d.accelerators as calibrating,
            d.left_out_error_percent as decode_error,
            f.left_out_error_percent as prefill_error,
            d.software_day,
            case
                when coalesce(p.short_gb, 0) = 0 or p.memory_kind <> 'unified'
                    then decode_terms(
                        p.read_gb, p.cache_gb, p.layers, layer_width(p.hidden_size, p.vendor), p.is_moe,
                        p.memory_bandwidth_gb_s, layer_tflops(p.fp32_tflops, p.fp16_vector_tflops), p.accelerators, p.used_split,
                        p.offloaded_gb / p.size_gb * p.read_gb, p.host_gb_s
                    )
            end as terms,
            modelled_ms(
                prefill_terms(p.active_params_b, p.bits, p.layers, p.hidden_size, 1, p.fp16_vector_tflops, p.is_moe),
                f.constants,
                prefill_logs(p.fp16_vector_tflops, p.memory_kind = 'unified', 1, 1),
                f.exponents
            ) as token_ms,
            case
                when p.sequences = 1 then modelled_ms(terms, d.constants)
                else batch_step_ms(terms, d.constants, token_ms, p.sequences, p.read_gb, p.size_gb, p.expert_share)
            end as step_ms,
            case
                when p.short_gb = 0
                    then prefill_terms(
                        p.active_params_b, p.bits, p.layers, p.hidden_size, p.prompt, p.fp16_vector_tflops, p.is_moe
                    )
            end as prompt_terms,
            modelled_ms(
                prompt_terms,
                f.constants,
                prefill_logs(p.fp16_vector_tflops, p.memory_kind = 'unified', p.accelerators, p.prompt),
                f.exponents
            ) as prefill_ms,
            interval_widening(p.used_split = 'tensor', p.offloaded_gb > 0, p.sequences > 1) as widening,
            interval_reach(d.log_reading, d.log_elsewhere, decode_elsewhere(terms, d.constants, step_ms), widening) as reach,
            interval_reach(f.log_reading, f.log_elsewhere, prefill_elsewhere(prompt_terms, f.constants)) as prompt_reach,
            w.working_w as wall_w,
            w.idle_w as whole_idle_w,
            w.peak_w as whole_peak_w,
            w.missing as watts_missing,
            w.read_at,
            b.price_low_usd,
            b.price_mid_usd,
            b.price_high_usd,
            r.host_w,
            r.share_of_tdp,
            r.factor_low,
            r.factor_high
        from placed as p
        left join throughput_model as d
            on d.phase = 'decode'
            and d.speed_class = speed_class(p.vendor, p.memory_kind)
            and d.software_generation = p.software
        left join throughput_model as f
            on f.phase = 'prefill'
            and f.speed_class = speed_class(p.vendor, p.memory_kind)
            and f.software_generation = p.software
        left join system_watts as w
            on w.hardware_id = p.hardware_id
        left join best_prices as b
            on b.hardware_id = p.hardware_id
        left join power_model as r
            on r.applies_to = 'one card in a desktop computer'
    ),

    sped as (
        select
            t.*,
            batch_tok_s(t.step_ms, t.sequences) as decode_mid,
            decode_mid * exp(-t.reach) as decode_low,
            -- memory is read no faster than its bandwidth
            case
                when t.step_ms is not null
                    then batch_tok_s(greatest(t.step_ms * exp(-t.reach), least_decode_ms(t.terms, t.sequences)), t.sequences)
            end as decode_high,
            1000 / t.prefill_ms as prefill_mid,
            case
                when t.kind = 'gpu'
                    then working_power_w(
                        t.host_w, t.share_of_tdp, t.tdp_w, t.accelerators, t.used_split, t.further_card_w, t.tensor_share
                    )
                else coalesce(t.wall_w, t.system_share * coalesce(t.whole_peak_w, t.tdp_w)) * t.accelerators
            end as watts_mid,
            case
                when t.kind <> 'gpu' and t.wall_w is not null then 0.9
                when t.kind = 'gpu' and t.accelerators = 1 then t.factor_low
                else 1 / t.several_factor
            end as watts_factor_low,
            case
                when t.kind <> 'gpu' and t.wall_w is not null then 1.15
                when t.kind = 'gpu' and t.accelerators = 1 then t.factor_high
                else t.several_factor
            end as watts_factor_high
        from timed as t
    )

    select
        s.hardware_id,
        s.hardware_name,
        s.accelerators,
        s.model_id,
        s.format as quantization,
        s.used_split as split,
        s.context::bigint as context_tokens,
        s.prompt::bigint as prompt_tokens,
        s.sequences::integer as concurrency,
        s.software as software_generation,
        s.decode_low as decode_tok_s_low,
        s.decode_mid as decode_tok_s_mid,
        s.decode_high as decode_tok_s_high,
        s.prefill_mid * exp(-s.prompt_reach) as prefill_tok_s_low,
        s.prefill_mid as prefill_tok_s_mid,
        s.prefill_mid * exp(s.prompt_reach) as prefill_tok_s_high,
        s.needed_gb as memory_needed_gb,
        s.memory_gb as accelerator_memory_gb,
        s.short_gb = 0 as fits_in_memory,
        s.offloaded_gb,
        s.watts_mid * s.watts_factor_low as working_watts_low,
        s.watts_mid as working_watts_mid,
        s.watts_mid * s.watts_factor_high as working_watts_high,
        case when s.kind = 'gpu' then s.host_w + s.prefill_share * s.tdp_w * s.accelerators end as prefill_watts,
        case
            when s.kind = 'gpu' then mid(s.idle_low, s.idle_high) + s.idle_further_w * (s.accelerators - 1)
            else s.whole_idle_w * s.accelerators
        end as idle_watts,
        case
            when s.kind = 'gpu' then s.tdp_w * s.accelerators + mid(s.host_peak_low, s.host_peak_high)
            else s.whole_peak_w * s.accelerators
        end as peak_watts,
        joules_per_token(s.watts_mid, s.decode_mid) as joules_per_token,
        usd_per_mtok(
            s.price_low_usd * s.accelerators, s.watts_mid * s.watts_factor_low, s.decode_high, s.hours, s.usd_kwh, s.years
        ) as usd_per_mtok_low,
        usd_per_mtok(
            s.price_mid_usd * s.accelerators, s.watts_mid, s.decode_mid, s.hours, s.usd_kwh, s.years
        ) as usd_per_mtok_mid,
        usd_per_mtok(
            s.price_high_usd * s.accelerators, s.watts_mid * s.watts_factor_high, s.decode_low, s.hours, s.usd_kwh, s.years
        ) as usd_per_mtok_high,
        usd_per_mtok(0, s.watts_mid, s.decode_mid, s.hours, s.usd_kwh, s.years) as power_usd_per_mtok,
        concat_ws(
            '; ',
            'modelled',
            s.doubt,
            format('{:.4g} GB of weights ({})', s.size_gb, s.derivation),
            format('{:.4g} GB of weights read for a token, {:.3g} GB of cache', s.read_gb, s.cache_gb),
            case s.used_split
                when 'layer' then format('{} accelerators take turns (layer split, llama.cpp)', s.accelerators)
                when 'tensor' then format('{} accelerators at once (tensor parallel, vLLM or ExLlama)', s.accelerators)
            end,
            case
                when s.offloaded_gb > 0
                    then format('{:.3g} GB of weights in host memory at {:.3g} GB/s', s.offloaded_gb, s.host_gb_s)
            end,
            coalesce(
                format(
                    'constants of software of {}, from runs of {} accelerators of this class: misses one left out by {:.0f} % (decode), {:.0f} % (prefill)',
                    s.software, s.calibrating, s.decode_error, s.prefill_error
                ),
                'few or no runs of this class calibrate it: constants of other classes, a wider interval'
            ),
            case
                when s.sequences > 1
                    then format('{:.0f} sequences together: weights read once for all, each with its arithmetic and its cache', s.sequences)
            end,
            case
                when s.kind = 'gpu' and s.accelerators = 1
                    then format('watts: {:.0f} W + {:.2f} x thermal design power, as measured at the wall of desktop computers', s.host_w, s.share_of_tdp)
                when s.kind = 'gpu' then 'watts of several cards are assumed'
                when s.wall_w is not null then concat_ws(' ', 'watts measured at the wall', 'of ' || s.read_at)
                else 'watts assumed from its highest power'
            end,
            'cost: price of the accelerators over their life and electricity, without a host'
        ) as basis,
        nullif(
        concat_ws(
            '; ',
            case when s.hardware_id is null then 'no accelerator or system of the catalogue has this name' end,
            case when s.model_id is null then 'no model of the catalogue has this name' end,
            case when s.size_gb is null and s.model_id is not null then 'the bits of this format are not known' end,
            case
                when s.memory_bandwidth_gb_s is null and s.hardware_id is not null
                    then 'speed: no source states its memory bandwidth'
            end,
            case when s.fp32_tflops is null and s.hardware_id is not null then 'speed: no source states its compute' end,
            case when s.memory_gb is null and s.hardware_id is not null then 'fit: no source states its memory' end,
            (
                select 'name one of its kinds: ' || string_agg(v.name, ', ' order by v.name)
                from hardware as v
                where s.memory_bandwidth_gb_s is null
                    and v.memory_bandwidth_gb_s is not null
                    and starts_with(v.name, s.hardware_name || ' ')
            ),
            case
                when s.short_gb > 0 and s.memory_kind = 'unified'
                    then format('speed: {:.4g} GB do not fit into {:.4g} GB', s.needed_gb, s.memory_gb)
            end,
            case when s.short_gb > 0 then 'prefill: the model does not fit' end,
            case when s.watts_mid is null and s.kind = 'gpu' then 'watts: no source states its power' end,
            case when s.kind <> 'gpu' then 'watts: ' || s.watts_missing end,
            case when s.price_mid_usd is null and s.hardware_id is not null then 'cost: no source prices it' end
        ), '') as missing
    from sped as s;

comment on macro table predict is
    'What any count of any accelerator does with any model at any format, by the model of measured runs: tokens a second decoding and reading a prompt, memory, watts at the wall, joules and USD for tokens, each with its interval and what it rests on. split is layer or tensor. from predict(''2x RTX 3090'', ''Llama 3 70B'', ''Q4_K_M'', split := ''layer'').';
