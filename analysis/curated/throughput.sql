-- Which throughput each system may be computed with: every stated one that could be about it, what the throughput
-- model gives it, and why all but the best are out. A speed that memory cannot deliver never counts; a modelled one
-- counts only where no stated one is left. cost_per_token reads the rows where `excluded` is NULL.
with claims as (
    select
        b.*,
        -- a figure of a whole system is one of its accelerators too
        coalesce(b.hardware_id, o.accelerator_id) as accelerator_id,
        case when b.hardware_id is not null then b.gpu_count else o.accelerator_count end as accelerator_count,
        coalesce(b.link, o.link) as accelerator_link
    from benchmarks as b
    left join builds as o
        on o.build_id = b.build_id
),

candidates as (
    select
        s.build_id,
        s.accelerator_memory_gb,
        c.benchmark_id as throughput_from,
        c.model_id,
        c.quantization,
        c.engine,
        coalesce(c.split, case when c.accelerator_count = 1 then 'none' end) as split,
        c.phase,
        coalesce(c.concurrency, 1) as concurrency,
        coalesce(c.per_user, false) as from_per_user,
        c.offload,
        c.basis,
        c.context_tokens,
        c.is_derived,
        c.is_approximate,
        c.bound,
        c.source_id,
        c.raw_file,
        c.raw_row,
        c.raw_text,
        c.observed_on,
        c.date_basis,
        l.verdict as roofline_verdict,
        case when c.per_user then coalesce(c.concurrency, 1) else 1 end as sequences,
        -- of several readings of one configuration the middle half, and their median
        coalesce(d.lower_quartile_tok_s, c.tokens_per_s_low * sequences) as tokens_per_s_low,
        coalesce(d.median_tok_s, mid(c.tokens_per_s_low, c.tokens_per_s_high) * sequences) as tokens_per_s_mid,
        coalesce(d.upper_quartile_tok_s, c.tokens_per_s_high * sequences) as tokens_per_s_high,
        coalesce(c.build_id = s.build_id, false) as is_own,
        case
            when c.phase = 'prefill' then 'reads the prompt, generates nothing'
            when c.basis = 'theoretical' then 'theoretical'
            when c.is_derived then 'computed by its source from other figures'
            when c.model_id is null then 'the model is not named'
            when c.concurrency is null then 'how many sequences at once is not said'
            when l.verdict in ('impossible', 'partly')
                then format(
                    '{}faster than the memory allows: {:.4g} tok/s against a ceiling of {:.4g}',
                    case when l.verdict = 'partly' then 'partly ' else '' end, l.claimed_high, l.ceiling_tok_s
                )
            when c.offload <> 'none' and c.build_id <> s.build_id then 'weights lie in the memory of another host'
            when not r.is_representative
                then coalesce(r.remark, format('one of {} readings, of which the median counts', r.readings))
        end as unfit
    from builds as s
    inner join claims as c
        on c.build_id = s.build_id
        or (
            c.accelerator_id = s.accelerator_id
            and c.accelerator_count = s.accelerator_count
            and coalesce(c.accelerator_link = s.link, true)
        )
    inner join roofline as l
        on l.benchmark_id = c.benchmark_id
    left join measured_readings as r
        on r.benchmark_id = c.benchmark_id
    left join measured_distributions as d
        on d.benchmark_id = c.benchmark_id
        and d.readings > 1
),

-- what the model of measured runs gives the same system for models as large at as many bits, each way of sharing them
modelled_ranges as (
    select
        v.build_id,
        m.params_b,
        q.bits_per_weight,
        v.split,
        min(v.tokens_per_s_low) as tok_s_low,
        max(v.tokens_per_s_high) as tok_s_high
    from modelled_throughput as v
    inner join models as m
        on m.model_id = v.model_id
    inner join quantizations as q
        on q.quantization = v.quantization
    where v.missing is null
        and v.concurrency = 1
    group by v.build_id, m.params_b, q.bits_per_weight, v.split
),

compared as (
    select
        c.build_id,
        c.throughput_from,
        string_agg(r.split, ', ' order by r.split)
            filter (where c.tokens_per_s_low <= r.tok_s_high and c.tokens_per_s_high >= r.tok_s_low) as agrees_with,
        max(r.tok_s_high) as modelled_high
    from candidates as c
    inner join models as m
        on m.model_id = c.model_id
    inner join quantizations as q
        on q.quantization = c.quantization
    inner join modelled_ranges as r
        on r.build_id = c.build_id
        and abs(r.params_b / m.params_b - 1) < 0.05
        and abs(r.bits_per_weight / q.bits_per_weight - 1) < 0.05
    where c.concurrency = 1
        and c.phase = 'decode'
        and c.offload = 'none'
    group by c.build_id, c.throughput_from
),

judged as (
    select
        c.* replace (
            coalesce(
                c.unfit,
                case
                    when c.basis <> 'measured' and c.tokens_per_s_low > m.modelled_high
                        then format(
                            'faster than measured runs let any way of sharing the model be: {:.4g} tok/s against at most {:.4g}',
                            c.tokens_per_s_low, m.modelled_high
                        )
                end
            ) as unfit,
            -- a figure that one way of sharing the model gives and no other is of that way
            coalesce(c.split, case when m.agrees_with in ('layer', 'tensor', 'none') then m.agrees_with end) as split
        ),
        m.agrees_with
    from candidates as c
    left join compared as m
        on m.build_id = c.build_id
        and m.throughput_from = c.throughput_from
),

ranked as (
    select
        c.*,
        first_value(c.throughput_from) over best_first as best_throughput_from
    from judged as c
    inner join builds as s
        on s.build_id = c.build_id
    window best_first as (
        partition by c.build_id, c.model_id, c.quantization, c.concurrency, c.split
        order by
            c.unfit is not null,
            not c.is_own,
            c.source_id <> s.source_id,
            case c.basis when 'measured' then 1 when 'reported' then 2 when 'expected' then 3 else 4 end,
            c.offload <> 'none',
            coalesce(c.context_tokens, 0),
            evidence_order(c.is_derived, c.observed_on, c.date_basis, c.bound, c.is_approximate, null),
            c.raw_file,
            c.raw_row,
            c.throughput_from
    )
),

constants as (
    select
        max(value) filter (where name = 'context_tokens') as context_tokens,
        max(value) filter (where name = 'overhead_gb') as overhead_gb
    from assumptions
),

memory_needs as (
    select
        r.build_id,
        r.throughput_from,
        memory_needed_gb(
            z.size_gb_high,
            r.concurrency
            * kv_cache_gb(m.layers, m.cache_width, k.context_tokens, m.sliding_window, m.full_attention_layers),
            k.overhead_gb,
            coalesce(b.accelerator_count, 1)
        ) as memory_needed_gb
    from ranked as r
    inner join builds as b
        on b.build_id = r.build_id
    inner join models as m
        on m.model_id = r.model_id
    inner join model_sizes as z
        on z.model_id = r.model_id
        and z.quantization = r.quantization
        and z.is_chosen
    cross join constants as k
),

stated as (
    select
        r.build_id,
        r.throughput_from,
        r.model_id,
        r.quantization,
        r.engine,
        r.split,
        r.agrees_with,
        r.phase,
        r.concurrency,
        r.from_per_user,
        r.offload,
        r.context_tokens,
        r.tokens_per_s_low,
        r.tokens_per_s_mid,
        r.tokens_per_s_high,
        r.is_approximate,
        r.bound,
        r.basis,
        null as speed_class,
        r.roofline_verdict,
        r.is_own,
        n.memory_needed_gb,
        n.memory_needed_gb <= r.accelerator_memory_gb as fits_in_memory,
        reasons(
            case
                when r.quantization is null then 'the quantisation is not said'
                when n.memory_needed_gb is null then 'the size of the model at this quantisation is not known'
            end,
            case when r.accelerator_memory_gb is null then 'the accelerator memory is not known' end
        ) as fit_missing,
        coalesce(
            r.unfit,
            case when r.throughput_from <> r.best_throughput_from then 'a nearer figure: ' || r.best_throughput_from end
        ) as excluded,
        r.source_id,
        r.raw_file,
        r.raw_row,
        r.raw_text,
        r.observed_on,
        r.date_basis
    from ranked as r
    left join memory_needs as n
        on n.build_id = r.build_id
        and n.throughput_from = r.throughput_from
),

-- the one that counts where models are as large and weights hold as many bits, whatever the labels say
winners as (
    select
        t.build_id,
        m.params_b,
        q.bits_per_weight,
        t.split,
        t.concurrency,
        min(t.throughput_from) as throughput_from
    from stated as t
    inner join models as m
        on m.model_id = t.model_id
    inner join quantizations as q
        on q.quantization = t.quantization
    where t.excluded is null
    group by t.build_id, m.params_b, q.bits_per_weight, t.split, t.concurrency
)

select *
from stated
union all by name
select
    v.build_id,
    v.modelled_id as throughput_from,
    v.model_id,
    v.quantization,
    v.split,
    v.engine,
    v.context_tokens,
    'decode' as phase,
    v.concurrency,
    false as from_per_user,
    'none' as offload,
    v.tokens_per_s_low,
    v.tokens_per_s_mid,
    v.tokens_per_s_high,
    true as is_approximate,
    'modelled' as basis,
    v.speed_class,
    'plausible' as roofline_verdict,
    false as is_own,
    v.memory_needed_gb,
    v.fits_in_memory,
    case when w.throughput_from is not null then 'a stated figure: ' || w.throughput_from end as excluded
from modelled_throughput as v
inner join models as m
    on m.model_id = v.model_id
inner join quantizations as q
    on q.quantization = v.quantization
-- a stated figure takes the place of the modelled one of the same way, and one of which the way is not known of neither
left join winners as w
    on w.build_id = v.build_id
    and w.params_b = m.params_b
    and w.bits_per_weight = q.bits_per_weight
    and w.concurrency = v.concurrency
    and (w.split = v.split or v.split = 'none')
where v.missing is null
order by build_id, model_id, quantization, concurrency, throughput_from
