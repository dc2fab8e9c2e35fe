-- Which run stands for a system in a class of models: one sequence at a time, in memory, of a model and a quantisation that
-- count for the class; the best evidenced, and of those the fastest. Runs that split the model by layers, or of which nobody
-- says how, never mix with tensor parallel ones: a stated speed that only the tensor parallel model meets is one of those.
-- What a document only expects counts before the model where the model's interval meets it, and after it where not.
with runs as (
    select
        k.model_class,
        k.model,
        k.bits_per_weight,
        c.*,
        evidence_word(c.throughput_basis) as evidence,
        t.agrees_with,
        case when coalesce(c.split, t.agrees_with) = 'tensor' then 'tensor' else 'default' end as sharing,
        c.throughput_basis in ('expected', 'target') and t.agrees_with is null as is_doubted,
        count(*) over (partition by k.model_class, c.build_id, c.scenario_id, sharing) as runs_compared
    from cost_per_token as c
    inner join throughput as t
        on t.build_id = c.build_id
        and t.throughput_from = c.throughput_from
    inner join class_models as k
        on k.model_id = c.model_id
        and k.quantization = c.quantization
        and k.excluded is null
    where c.concurrency = 1
        and c.fits_in_memory
)

select
    r.model_class,
    r.build_id,
    s.name as system,
    r.scenario_id,
    r.sharing,
    r.split,
    r.agrees_with,
    r.throughput_from,
    r.model_id,
    r.model,
    r.quantization,
    r.bits_per_weight,
    r.evidence,
    r.tokens_per_s_low,
    r.tokens_per_s_mid,
    r.tokens_per_s_high,
    r.memory_needed_gb,
    s.capex_low_usd,
    s.capex_mid_usd,
    s.capex_high_usd,
    s.capex_from,
    s.capex_bound,
    s.price_missing,
    case when r.sharing = 'tensor' then w.tensor_w_low else w.watts_low end as watts_low,
    case when r.sharing = 'tensor' then w.tensor_w_mid else w.watts_mid end as watts_mid,
    case when r.sharing = 'tensor' then w.tensor_w_high else w.watts_high end as watts_high,
    r.usd_per_mtok_low,
    r.usd_per_mtok_mid,
    r.usd_per_mtok_high,
    r.capex_usd_per_mtok,
    r.power_usd_per_mtok,
    r.power_usd_per_mtok / r.usd_per_mtok_mid * 100 as power_percent,
    r.runs_compared,
    concat_ws(
        '; ',
        case
            when r.runs_compared = 1 then 'its only run that counts for the class: ' || r.evidence
            else format(
                'the best evidenced of {} runs that count for the class ({}), and of those the fastest',
                r.runs_compared, r.evidence
            )
        end,
        case when r.is_doubted then 'the throughput model does not meet it' end
    ) as why_chosen,
    s.missing,
    s.doubt,
    s.excluded
from runs as r
inner join current_systems as s
    on s.build_id = r.build_id
inner join scenario_power as w
    on w.build_id = r.build_id
    and w.scenario_id = r.scenario_id
qualify row_number() over (
    partition by r.model_class, r.build_id, r.scenario_id, r.sharing
    order by
        r.is_doubted,
        evidence_rank(r.throughput_basis),
        r.tokens_per_s_mid desc,
        r.bits_per_weight desc,
        r.model_id,
        r.throughput_from
) = 1
order by r.model_class, r.build_id, r.scenario_id, r.sharing
