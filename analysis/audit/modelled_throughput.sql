-- What the throughput model gives each system for the models of modelled_runs that it holds: efficiency of its class x
-- ceiling, for a single sequence, on as many of its accelerators as hold the model. More of them count as far as a
-- source has been there: no more than in any calibrating claim, and none reads less for a token than in any of them.
with constants as (
    select
        max(value) filter (where name = 'context_tokens') as context_tokens,
        max(value) filter (where name = 'kv_cache_gb_per_1k_tokens') as kv_cache_gb_per_1k_tokens,
        max(value) filter (where name = 'overhead_gb') as overhead_gb
    from assumptions
),

-- how far apart any claim that calibrates several cards has spread a model
limits as (
    select
        max(most_accelerators) as most_accelerators,
        min(least_gb_per_accelerator) as least_gb_per_accelerator
    from throughput_model
    where efficiency_class in ('multi_gpu_nvlink', 'multi_gpu_pcie')
),

runs as (
    select
        r.model_id,
        r.quantization,
        z.size_gb,
        z.derivation,
        z.size_from,
        active_fraction(m.params_b, m.active_params_b) as active_fraction,
        -- what has to fit is the largest that the curated size may be
        memory_needed_gb(
            greatest(s.size_gb_high, z.size_gb), k.context_tokens, k.kv_cache_gb_per_1k_tokens, k.overhead_gb
        ) as memory_needed_gb
    from modelled_runs as r
    inner join models as m
        on m.model_id = r.model_id
    inner join smallest_sizes as z
        on z.model_id = r.model_id
        and z.quantization = r.quantization
    inner join model_sizes as s
        on s.model_id = r.model_id
        and s.quantization = r.quantization
        and s.is_chosen
    cross join constants as k
),

placed as (
    select
        b.build_id,
        a.hardware_id,
        h.name as hardware_name,
        h.kind = 'system' as is_unified,
        b.link,
        h.memory_gb,
        h.memory_bandwidth_gb_s,
        h.memory_bandwidth_from,
        a.quantity,
        count(*) over (partition by b.build_id, r.model_id, r.quantization) as kinds,
        r.*,
        greatest(
            ceil(r.memory_needed_gb / h.memory_gb),
            case
                when h.kind <> 'system'
                    then least(
                        a.quantity,
                        l.most_accelerators,
                        floor(gb_read_per_token(r.size_gb, r.active_fraction) / l.least_gb_per_accelerator)
                    )
            end
        )::integer as accelerators_used
    from builds as b
    cross join runs as r
    left join build_accelerators as a
        on a.build_id = b.build_id
    left join hardware as h
        on h.hardware_id = a.hardware_id
    cross join limits as l
),

classed as (
    select
        *,
        coalesce(accelerators_used <= quantity, false) as fits,
        case
            when is_unified then 'unified_memory'
            when accelerators_used = 1 then 'one_gpu'
            when link in ('nvlink', 'nvswitch') and accelerators_used = 2 then 'multi_gpu_nvlink'
            else 'multi_gpu_pcie'
        end as efficiency_class,
        -- two systems on a cable take turns: nobody calibrates them reading at once
        memory_bandwidth_gb_s * case when is_unified then 1 else accelerators_used end as bandwidth_gb_s,
        gb_read_per_token(size_gb, active_fraction) as gb_read_per_token,
        decode_ceiling_tok_s(bandwidth_gb_s, gb_read_per_token) as ceiling_tok_s
    from placed
),

-- of several kinds of accelerators, the one that is fastest alone
chosen as (
    select *
    from classed
    qualify row_number() over (
        partition by build_id, model_id, quantization
        order by fits and ceiling_tok_s is not null desc, ceiling_tok_s desc, hardware_id
    ) = 1
),

judged as (
    select
        c.*,
        m.voices,
        m.most_accelerators,
        m.efficiency_low,
        m.efficiency_mid,
        m.efficiency_high,
        case
            when c.hardware_id is null then 'its accelerators are not named'
            when c.memory_gb is null then 'the memory of ' || c.hardware_name || ' is not known'
            when not c.fits and c.kinds > 1
                then format(
                    '{:.4g} GB do not fit one kind of its accelerators, and no source calibrates mixed ones',
                    c.memory_needed_gb
                )
            when not c.fits
                then format('{:.4g} GB do not fit into {:.4g} GB', c.memory_needed_gb, c.memory_gb * c.quantity)
            when c.memory_bandwidth_gb_s is null
                then 'the memory bandwidth of ' || c.hardware_name || ' is stated by no source'
            when m.voices is null then 'no plausible claim calibrates ' || c.efficiency_class
        end as missing
    from chosen as c
    left join throughput_model as m
        on m.efficiency_class = c.efficiency_class
),

-- fewer bits are never slower: a smaller file can be spread as widely as a larger one of the same model, and reads less
spread as (
    select
        j.build_id,
        j.model_id,
        j.quantization,
        arg_max(w.quantization, row(w.efficiency_mid * w.ceiling_tok_s, w.quantization = j.quantization, w.quantization)) as as_at
    from judged as j
    inner join judged as w
        on w.build_id = j.build_id
        and w.model_id = j.model_id
        and w.hardware_id = j.hardware_id
        and w.gb_read_per_token >= j.gb_read_per_token
        and w.missing is null
    where j.missing is null
    group by j.build_id, j.model_id, j.quantization
)

select
    concat_ws('/', 'modelled', j.build_id, j.model_id, j.quantization) as modelled_id,
    j.build_id,
    j.model_id,
    j.quantization,
    j.hardware_id,
    w.accelerators_used,
    w.efficiency_class,
    w.voices as calibration_voices,
    j.memory_needed_gb,
    case when j.hardware_id is not null and j.memory_gb is not null then j.fits end as fits_in_memory,
    w.quantization as spread_as_at,
    w.gb_read_per_token,
    w.ceiling_tok_s,
    w.efficiency_low * w.ceiling_tok_s as tokens_per_s_low,
    w.efficiency_mid * w.ceiling_tok_s as tokens_per_s_mid,
    w.efficiency_high * w.ceiling_tok_s as tokens_per_s_high,
    case
        when w.quantization is not null
            then concat_ws(
                '; ',
                case
                    when w.quantization <> j.quantization
                        then 'at least as fast as at ' || w.quantization || ', spread as widely'
                end,
                format('{:.4g} GB of weights ({})', w.size_gb, w.derivation),
                case
                    when w.is_unified and w.accelerators_used > 1
                        then format('layers split over {} systems that take turns', w.accelerators_used)
                    when w.accelerators_used > 1 then format('{} accelerators at once', w.accelerators_used)
                    else 'one accelerator'
                end,
                format(
                    '{:.2f} to {:.2f} of the ceiling, as {} plausible claims have it',
                    w.efficiency_low, w.efficiency_high, w.voices
                ),
                case
                    when w.accelerators_used > w.most_accelerators
                        then format('none of them of more than {} accelerators', w.most_accelerators)
                end
            )
    end as assumptions,
    j.missing,
    w.size_from,
    j.memory_bandwidth_from as bandwidth_from
from judged as j
left join spread as s
    on s.build_id = j.build_id
    and s.model_id = j.model_id
    and s.quantization = j.quantization
left join judged as w
    on w.build_id = s.build_id
    and w.model_id = s.model_id
    and w.quantization = s.as_at
order by modelled_id
