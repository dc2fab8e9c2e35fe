-- Every reading beside which another one of the same subject, attribute and conditions has a different value, the
-- conditions brought to one wording, and whether a curated table took it. conflicts sums them up. What is the same figure
-- rounded, or in another unit, is one value.
-- Figures of several pieces together are divided by them where they add up; models of one size are one subject, and
-- quantisations of as many bits one condition.
with subjects as (
    select
        o.*,
        coalesce(o.hardware_id, case when h.kind = 'system' then b.accelerator_id end) as item_id,
        case
            when m.architecture = 'moe' then m.model_id
            -- by the size in their names: models of one size are one subject, whatever the last digits
            when n.params_b is not null then format('{:g}B model', n.params_b)
        end as model_subject,
        case
            when q.nominal_bits is not null then format('{:g} bit', q.nominal_bits)
            when o.quantization is not null then o.quantization
        end as bits,
        -- figures of several pieces together that add up are brought to one piece
        case
            when o.count > 1 and not o.each
                and o.attribute in ('memory', 'memory_bandwidth', 'tdp', 'cuda_cores', 'tflops_fp16')
                then o.count
            else 1
        end as pieces
    from current_observations as o
    left join models as m
        on m.model_id = o.model_id
    left join catalogue_models as n
        on n.model_id = o.model_id
    left join quantizations as q
        on q.quantization = o.quantization
    left join builds as b
        on b.build_id = o.build_id
    left join hardware as h
        on h.hardware_id = b.accelerator_id
),

-- a document that gives a card the same rate at half as at single precision counts shaders; one that gives it far more
-- counts tensor cores. It does so for all its cards.
compute_units as (
    select
        f.source_id,
        case when bool_or(f.value_low > 2 * s.value_high) then 'tensor cores' else 'shaders' end as unit
    from current_observations as f
    inner join current_observations as s
        on s.hardware_id = f.hardware_id
        and s.attribute = 'tflops_fp32'
    where f.attribute = 'tflops_fp16'
        and f.count = 1
    group by f.source_id
),

readings as (
    select
        p.observation_id,
        p.hardware_id as subject,
        'price' as attribute,
        concat_ws(
            ', ',
            coalesce(p.condition, 'kind not said'),
            coalesce(p.priced_on::varchar, 'without a day')
        ) as conditions,
        p.price_low_usd as value_low,
        p.price_high_usd as value_high,
        null as value_text,
        'USD' as unit
    from prices as p
    where p.is_current
    union all
    select
        s.observation_id,
        coalesce(s.item_id, s.build_id) as subject,
        s.attribute,
        concat_ws(
            ', ',
            case when s.attribute = 'link_bandwidth' then coalesce(s.link, 'link not said') end,
            case when s.attribute = 'tflops_fp16' then coalesce(u.unit, 'unit not said') end,
            case
                when s.count > 1 and not s.each and s.pieces = 1 and s.attribute <> 'link_bandwidth'
                    then format('{} together', s.count)
            end,
            s.qualifier
        ) as conditions,
        s.value_low / s.pieces as value_low,
        s.value_high / s.pieces as value_high,
        case when s.value_text in ('yes', 'no') then s.value_text end as value_text,
        s.unit
    from subjects as s
    left join compute_units as u
        on u.source_id = s.source_id
    where s.kind = 'spec'
        -- a system has fans of several kinds
        and s.attribute <> 'fan_count'
        and s.scope is distinct from 'option'
    union all
    select
        observation_id,
        coalesce(item_id, build_id) as subject,
        attribute,
        concat_ws(
            ', ',
            case when count > 1 and not each then format('{} together', count) end,
            model_subject,
            bits,
            qualifier
        ) as conditions,
        value_low,
        value_high,
        null as value_text,
        unit
    from subjects
    where kind = 'power'
    union all
    select
        observation_id,
        concat_ws(
            ' on ',
            coalesce(model_subject, topic, 'model not named'),
            coalesce(
                case
                    when item_id is not null
                        then case when count > 1 then count || 'x ' else '' end || item_id
                end,
                build_id
            )
        ) as subject,
        attribute,
        concat_ws(
            ', ',
            coalesce(bits, 'quantisation not said'),
            case when link = 'nvlink' then 'nvlink' end,
            case when phase = 'prefill' then 'prefill' end,
            format('{:,} tokens', context_tokens),
            case when concurrency > 1 then format('{} at once', concurrency) end,
            case when per_user then 'each' end,
            qualifier,
            -- an engine tells readings apart only where each of them names one
            case
                when count(engine) over like_runs = count(*) over like_runs
                    and count(distinct engine) over like_runs > 1
                    then engine
            end
        ) as conditions,
        value_low,
        value_high,
        null as value_text,
        unit
    from subjects
    where kind = 'benchmark'
        and coalesce(item_id, build_id) is not null
    window like_runs as (
        partition by item_id, build_id, count, link, model_subject, topic, bits, phase, concurrency
    )
    union all
    select
        observation_id,
        model_subject || coalesce(' at ' || bits, ', quantisation not said') as subject,
        attribute,
        concat_ws(
            ', ',
            context_tokens || ' tokens',
            -- of one source the formats tell readings apart
            case when count(distinct source_id) over like_sizes = 1 then quantization end
        ) as conditions,
        value_low,
        value_high,
        null as value_text,
        unit
    from subjects
    where kind in ('model_size', 'model_memory')
    window like_sizes as (partition by model_subject, bits, attribute, context_tokens)
    union all
    select
        observation_id,
        model_id as subject,
        attribute,
        coalesce(qualifier, '') as conditions,
        value_low,
        value_high,
        null as value_text,
        unit
    from subjects
    where kind = 'model'
    union all
    select
        observation_id,
        quantization as subject,
        attribute,
        '' as conditions,
        value_low,
        value_high,
        null as value_text,
        unit
    from subjects
    where kind = 'quantization'
    union all
    select
        observation_id,
        case when count > 1 then count || 'x ' else '' end || hardware_id as subject,
        attribute,
        concat_ws(', ', provider, coalesce(purchase, 'purchase not said')) as conditions,
        value_low,
        value_high,
        null as value_text,
        unit
    from subjects
    where kind = 'cloud_rate'
    union all
    select
        observation_id,
        build_id as subject,
        attribute,
        coalesce(qualifier, '') as conditions,
        value_low,
        value_high,
        null as value_text,
        unit
    from subjects
    where kind = 'system_cost'
    union all
    select
        observation_id,
        concat_ws(
            ' on ',
            coalesce(model_subject, topic) || coalesce(' at ' || bits, ''),
            case when count > 1 then count || 'x ' else '' end || coalesce(item_id, build_id)
        ) as subject,
        attribute,
        '' as conditions,
        null as value_low,
        null as value_high,
        case when value_text in ('yes', 'no') then value_text end as value_text,
        null as unit
    from subjects
    where attribute = 'fits_in_memory'
),

-- what the curated tables took
choices as (
    select unnest([memory_from, memory_bandwidth_from, tdp_from, msrp_from]) as observation_id from hardware
    union
    select observation_id from model_sizes where is_chosen
    union
    select current_price_from from build_parts
    union
    select watts_from from build_power where is_best
    union
    select unnest([bits_from, quality_from]) from quantizations
    union
    select params_from from models
    union
    select stated_total_from from build_costs
    union
    select observation_id from cloud_rates
    union
    select throughput_from from throughput where excluded is null
),

named as (
    select
        r.* exclude (subject, conditions),
        -- two machines that share a name but for the chip are one subject under two conditions
        coalesce(regexp_extract(c.name, '(Mac [A-Za-z]+) M[0-9]', 1), '') as family,
        case when family <> '' then family else r.subject end as subject,
        case
            when family <> '' then concat_ws(', ', regexp_extract(c.name, '(M[0-9].*)$', 1), nullif(r.conditions, ''))
            else r.conditions
        end as conditions
    from readings as r
    left join catalogue_hardware as c
        on c.hardware_id = r.subject
    where r.subject is not null
        and (r.value_low is not null or r.value_text is not null)
),

-- a reading that repeats one before it, rounded or in another unit, is no value of its own
repeated as (
    select distinct
        n.subject,
        n.attribute,
        n.conditions,
        n.observation_id
    from named as n
    inner join named as e
        on e.subject = n.subject
        and e.attribute = n.attribute
        and e.conditions = n.conditions
        and row(e.value_low, e.value_high, e.observation_id) < row(n.value_low, n.value_high, n.observation_id)
    inner join assumptions as k
        on k.name = 'same_figure_tolerance'
    where coalesce(e.value_text = n.value_text, false)
        or coalesce(
            is_same_reading(e.value_low, e.value_high, n.value_low, n.value_high, n.unit, k.value), false
        )
),

comparable as (
    select
        n.*,
        r.observation_id is null as is_new_value,
        c.observation_id is not null as is_chosen,
        count_if(r.observation_id is null) over (
            partition by n.subject, n.attribute, n.conditions
        ) as values_of_it,
        string_agg(distinct nullif(n.conditions, ''), '; ' order by nullif(n.conditions, '')) filter (
            where c.observation_id is not null
        ) over (
            partition by n.subject, n.attribute
        ) as taken_under
    from named as n
    left join repeated as r
        on r.subject = n.subject
        and r.attribute = n.attribute
        and r.conditions = n.conditions
        and r.observation_id = n.observation_id
    left join choices as c
        on c.observation_id = n.observation_id
)

select
    n.subject,
    n.attribute,
    n.conditions,
    n.observation_id,
    n.value_low,
    n.value_high,
    n.value_text,
    n.unit,
    n.is_new_value,
    n.is_chosen,
    n.taken_under,
    coalesce(l.verdict in ('impossible', 'partly'), false) as is_impossible,
    o.is_derived,
    o.is_approximate,
    o.bound,
    o.source_id,
    o.raw_file,
    o.raw_row,
    o.raw_column,
    o.raw_text,
    o.observed_on,
    o.date_basis
from comparable as n
inner join current_observations as o
    on o.observation_id = n.observation_id
left join roofline as l
    on l.benchmark_id = n.observation_id
where n.values_of_it > 1
order by n.subject, n.attribute, n.conditions, n.observation_id
