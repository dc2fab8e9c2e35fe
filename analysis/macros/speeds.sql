-- How long a token takes: what of the weights and the cache has to be read, and what each layer costs besides. The terms are
-- physics; their constants are fitted to measured runs (throughput_model). Formulas only: which sizes and bandwidths go in
-- is decided in audit/measured_runs.sql, audit/modelled_throughput.sql and predict().

create or replace macro software_generation(day) as
    case when year(day) >= 2025 then '2025' else '2024' end;

comment on macro software_generation is
    'Generation of inference software by its day: 2024 up to that year, 2025 since. Constants are fitted for each, as software gets faster. software_generation(date ''2026-03-01'') = ''2025''.';

create or replace macro speed_class(vendor, memory_kind) as
    lower(vendor) || ' ' || memory_kind;

comment on macro speed_class is
    'Class of accelerators that share the constants of the throughput model: vendor and kind of memory. speed_class(''NVIDIA'', ''gddr'') = ''nvidia gddr''.';

create or replace macro kv_cache_gb(
    layers, cache_width, context_tokens, sliding_window := null, full_attention_layers := null
) as
    cache_width * 2
    * (
        coalesce(full_attention_layers, layers) * context_tokens
        + (layers - coalesce(full_attention_layers, layers)) * least(context_tokens, coalesce(sliding_window, context_tokens))
    )
    / 1e9;

comment on macro kv_cache_gb is
    'GB of the key-value cache of one sequence at 16 bit: cache_width numbers a token and layer, of layers with a sliding window no more tokens than that. kv_cache_gb(32, 2048, 8192) = 1.074.';

create or replace macro expert_params_b(experts, expert_layers, expert_width, hidden_size) as
    experts::double * expert_layers * 3 * expert_width * hidden_size / 1e9;

comment on macro expert_params_b is
    'Billion parameters of all experts of a model: three matrices each. expert_params_b(32, 24, 2880, 2880) = 19.11.';

create or replace macro decode_read_gb(
    size_gb, params_b, active_params_b := null, vocabulary_size := 0, hidden_size := 0, tied_embeddings := false,
    expert_params_b := null, expert_share := 1, format_bits := null, embedding_bits := null
) as
    case
        -- experts hold the bits of the format, what is kept wider is in the rest
        when expert_params_b is not null
            then weights_gb(expert_params_b, least(coalesce(format_bits, 32), bits_of_file(size_gb, params_b))) * expert_share
                + (size_gb - weights_gb(expert_params_b, least(coalesce(format_bits, 32), bits_of_file(size_gb, params_b))))
                * (1 - case when tied_embeddings then 0 else vocabulary_size::double * hidden_size / 1e9 / (params_b - expert_params_b) end)
        when active_params_b is not null then size_gb * active_params_b / params_b
        -- of the token embedding a token reads one row, unless it is the output layer too
        when tied_embeddings then size_gb
        else size_gb
            - weights_gb(vocabulary_size::double * hidden_size / 1e9, coalesce(embedding_bits, bits_of_file(size_gb, params_b)))
    end;

comment on macro decode_read_gb is
    'GB of weights that one token reads: all but the token embedding; of a mixture of experts its share of them and all the rest, or the active part where its experts are not documented. decode_read_gb(16, 8, vocabulary_size := 128256, hidden_size := 4096) = 14.949.';

create or replace macro layer_width(hidden_size, vendor) as
    case when vendor = 'Apple' then 1 else hidden_size / 4096 end;

comment on macro layer_width is
    'Width of a layer over that of an 8B model: what its arithmetic beside the weights grows with on cards; on Apple chips measured runs show no such growth. layer_width(8192, ''NVIDIA'') = 2.';

create or replace macro layer_tflops(fp32_tflops, fp16_vector_tflops) as
    least(fp16_vector_tflops, 2 * fp32_tflops);

comment on macro layer_tflops is
    'TFLOPS of the arithmetic beside the weights while decoding: the half-precision rate without tensor cores, no more than twice the single-precision one. layer_tflops(19.5, 78) = 39.';

create or replace macro decode_terms(
    read_gb, cache_gb, layers, width, is_moe, bandwidth_gb_s, tflops, accelerators, split, host_gb := 0,
    host_gb_s := 1
) as
    [
        (read_gb - host_gb) / bandwidth_gb_s * 1000 / case when split = 'tensor' then accelerators else 1 end,
        layers,
        layers * width / tflops,
        case when is_moe then layers / tflops else 0 end,
        cache_gb / bandwidth_gb_s * 1000 / case when split = 'tensor' then accelerators else 1 end,
        case when split = 'layer' then log2(accelerators) else 0 end,
        case when split = 'tensor' and accelerators > 1 then layers else 0 end,
        host_gb / host_gb_s * 1000
    ]::double[];

comment on macro decode_terms is
    'What the milliseconds of a decoded token are made of, before their constants: ms to read the weights, layers, layers x width / TFLOPS, the same of a mixture of experts, ms to read the cache, doublings of accelerators that take turns, synchronisations of accelerators that read at once, ms to read what lies in host memory.';

create or replace macro least_decode_ms(terms, concurrency := 1) as
    terms[1] + concurrency * terms[5] + terms[8];

comment on macro least_decode_ms is
    'Milliseconds that a decoded token takes at the least: reading weights, and the cache of each sequence, at full bandwidth, nothing for layers. least_decode_ms([10, 32, 1, 0, 2, 0, 0, 3]) = 15.';

create or replace macro prefill_terms(active_params_b, bits, layers, hidden_size, prompt_tokens, vector_tflops, is_moe := false) as
    [
        case when bits < 12 then 2 * active_params_b / vector_tflops else 0 end,
        case when bits >= 12 then 2 * active_params_b / vector_tflops else 0 end,
        -- every token looks at half of the prompt in the mean: keys and values, a multiplication and an addition each
        2 * layers * hidden_size * prompt_tokens / 1e9 / vector_tflops,
        -- tokens of a batch go to different experts, so that each multiplication is small
        case when is_moe then 2 * active_params_b / vector_tflops else 0 end
    ]::double[];

comment on macro prefill_terms is
    'What the milliseconds of a prompt token are made of, before their constants: GFLOP of the weights / vector TFLOPS of quantised and of 16-bit weights, those of attention, and those of a mixture of experts besides.';

create or replace macro prefill_logs(vector_tflops, is_unified, accelerators, prompt_tokens) as
    [
        case when is_unified then 0 else ln(vector_tflops / 40) end,
        -- accelerators that take turns work at once on a prompt of several batches of 512
        -ln(accelerators) * (1 - 1 / greatest(prompt_tokens / 512, 1))
    ]::double[];

comment on macro prefill_logs is
    'Logarithms whose exponents the fit gives: large cards reach less of their rate, and several cards share a long prompt. prefill_logs(80, false, 1, 512) = [ln(2), 0].';

create or replace macro modelled_ms(terms, constants, logs := [0.0]::double[], exponents := [0.0]::double[]) as
    case
        when list_count(terms) = len(terms) and list_count(logs) = len(logs)
            -- DuckDB looks at the rows that the condition leaves out, too
            then list_dot_product(list_transform(terms, lambda one: coalesce(one, 0)), constants)
                * exp(list_dot_product(list_transform(logs, lambda one: coalesce(one, 0)), exponents))
    end;

comment on macro modelled_ms is
    'Milliseconds of a token: terms times their constants, times the factors of prefill. modelled_ms([10, 2], [1.1, 0.5]) = 12.';

create or replace macro batch_step_ms(
    terms, constants, token_ms, concurrency, read_gb := 0, size_gb := 0, expert_share := 1
) as
    modelled_ms(terms, constants)
    -- each further sequence costs its arithmetic and its cache
    + (concurrency - 1) * (token_ms + terms[5] * constants[5])
    -- and lets tokens go to more of the experts, which are read, too
    + case
        when expert_share < 1
            then terms[1] * constants[1] * (size_gb - read_gb) / read_gb
                * (1 - expert_share - power(1 - expert_share, concurrency)) / (1 - expert_share)
        else 0
    end;

comment on macro batch_step_ms is
    'Milliseconds in which each of several sequences gets a token: the weights are read once for all, each further sequence costs its arithmetic (token_ms) and its cache, and of a mixture of experts more are read. batch_step_ms([30, 0, 0, 0, 1, 0, 0, 0], [1, 1, 1, 1, 2, 1, 1, 1], 1, 5) = 44.';

create or replace macro batch_tok_s(step_ms, concurrency) as
    concurrency * 1000 / step_ms;

comment on macro batch_tok_s is
    'Tokens a second of several sequences together. batch_tok_s(40, 5) = 125.';

create or replace macro decode_elsewhere(terms, constants, step_ms) as
    1 - (terms[1] * constants[1] + terms[8] * constants[8]) / step_ms;

comment on macro decode_elsewhere is
    'Share of the time of a step that is not spent on reading weights: what small models have most of, and the model knows least. decode_elsewhere([10, 32, 0, 0, 0, 0, 0, 0], [1, 0.3125, 0, 0, 0, 0, 0, 0], 20) = 0.5.';

create or replace macro prefill_elsewhere(terms, constants) as
    1 - (terms[1] * constants[1] + terms[2] * constants[2]) / modelled_ms(terms, constants);

comment on macro prefill_elsewhere is
    'Share of the time of a prompt token that is not spent on multiplying its weights. prefill_elsewhere([3, 0, 1, 0], [1, 1, 1, 1]) = 0.25.';

create or replace macro interval_reach(log_reading, log_elsewhere, elsewhere, widening := 1) as
    widening * sqrt(log_reading * log_reading + log_elsewhere * log_elsewhere * elsewhere * elsewhere);

comment on macro interval_reach is
    'Logarithm of the time at either end of an interval over the modelled time. interval_reach(0.3, 0.8, 0.5) = 0.5.';

create or replace macro interval_widening(is_tensor, is_offloaded, is_batched) as
    1 + 0.5 * is_tensor::integer + is_offloaded::integer + is_batched::integer;

comment on macro interval_widening is
    'By what factor an interval is wider where few runs or none calibrate: tensor parallel, weights in host memory, several sequences. interval_widening(true, false, true) = 2.5.';

create or replace macro working_power_w(idle_host_w, share_of_tdp, tdp_w, accelerators, split, further_card_w := 20, tensor_share := 0.75) as
    idle_host_w
    + case
        when accelerators > 1 and split = 'tensor' then tensor_share * tdp_w * accelerators
        else share_of_tdp * tdp_w + further_card_w * (accelerators - 1)
    end;

comment on macro working_power_w is
    'Watts at the wall of a computer with cards while it decodes: the host, and of cards that take turns one at work; of cards that read at once a share of all. working_power_w(60, 0.91, 350, 2, ''layer'') = 398.5.';

create or replace macro joules_per_token(watts, tokens_per_s) as
    watts / nullif(tokens_per_s, 0);

comment on macro joules_per_token is
    'Energy of a token, J: watts / tokens a second. joules_per_token(400, 20) = 20.';
