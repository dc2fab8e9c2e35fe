-- Each source on one line: what was read of it, how its claims hold up, where it contradicts itself and the others,
-- what it claims beyond physics, and how old its prices are.
with cells as (
    select
        source_id,
        sum(cells) as cells,
        sum(empty) as empty_cells,
        sum(label) as label_cells,
        sum(observed) as observed_cells,
        sum(rejected) as rejected_cells,
        sum(ignored) as ignored_cells,
        sum(observations) as observations
    from raw_files
    group by source_id
),

rejections as (
    select
        source_id,
        string_agg(reason || ': ' || n, '; ' order by n desc, reason) as rejected_by_reason
    from (
        select
            source_id,
            reason,
            count(*) as n
        from rejected_rows
        group by source_id, reason
    )
    group by source_id
),

verdicts as (
    select
        source_id,
        count(*) as claims,
        count(*) filter (where verdict = 'agrees') as claims_agree,
        count(*) filter (where verdict = 'rounding') as claims_rounding,
        count(*) filter (where verdict = 'differs') as claims_differ,
        count(*) filter (where verdict = 'not_recomputable') as claims_not_recomputable
    from claims
    group by source_id
),

disagreements as (
    select
        v.source_id,
        count(distinct row(c.subject, c.attribute, c.conditions)) as contradictions,
        count(distinct row(c.subject, c.attribute, c.conditions))
            filter (where c.n_sources = 1) as contradictions_with_itself
    from conflicts as c
    inner join conflict_values as v
        on v.subject = c.subject
        and v.attribute = c.attribute
        and v.conditions = c.conditions
    where c.nature = 'contradiction'
    group by v.source_id
),

speeds as (
    select
        b.source_id,
        count(*) as speeds,
        count(*) filter (where r.verdict = 'plausible') as speeds_plausible,
        count(*) filter (where r.verdict = 'at_ceiling') as speeds_at_ceiling,
        count(*) filter (where r.verdict = 'partly') as speeds_partly,
        count(*) filter (where r.verdict = 'impossible') as speeds_impossible,
        count(*) filter (where r.verdict = 'not_computable') as speeds_not_computable
    from roofline as r
    inner join benchmarks as b
        on b.benchmark_id = r.benchmark_id
    group by b.source_id
),

ages as (
    select
        source_id,
        count(*) as prices,
        count(*) filter (where priced_on is null) as prices_without_day,
        count(*) filter (where is_used) as prices_used,
        min(age_days) as youngest_price_days,
        median(age_days) as median_price_days,
        max(age_days) as oldest_price_days
    from price_staleness
    group by source_id
)

select
    s.source_id,
    coalesce(c.cells, 0) as cells,
    coalesce(c.empty_cells, 0) as empty_cells,
    coalesce(c.label_cells, 0) as label_cells,
    coalesce(c.observed_cells, 0) as observed_cells,
    coalesce(c.rejected_cells, 0) as rejected_cells,
    coalesce(c.ignored_cells, 0) as ignored_cells,
    r.rejected_by_reason,
    coalesce(c.observations, 0) as observations,
    coalesce(v.claims, 0) as claims,
    coalesce(v.claims_agree, 0) as claims_agree,
    coalesce(v.claims_rounding, 0) as claims_rounding,
    coalesce(v.claims_differ, 0) as claims_differ,
    coalesce(v.claims_not_recomputable, 0) as claims_not_recomputable,
    coalesce(d.contradictions, 0) as contradictions,
    coalesce(d.contradictions_with_itself, 0) as contradictions_with_itself,
    coalesce(t.speeds, 0) as speeds,
    coalesce(t.speeds_plausible, 0) as speeds_plausible,
    coalesce(t.speeds_at_ceiling, 0) as speeds_at_ceiling,
    coalesce(t.speeds_partly, 0) as speeds_partly,
    coalesce(t.speeds_impossible, 0) as speeds_impossible,
    coalesce(t.speeds_not_computable, 0) as speeds_not_computable,
    coalesce(a.prices, 0) as prices,
    coalesce(a.prices_without_day, 0) as prices_without_day,
    coalesce(a.prices_used, 0) as prices_used,
    a.youngest_price_days,
    a.median_price_days,
    a.oldest_price_days
from source_files as s
left join cells as c
    on c.source_id = s.source_id
left join rejections as r
    on r.source_id = s.source_id
left join verdicts as v
    on v.source_id = s.source_id
left join disagreements as d
    on d.source_id = s.source_id
left join speeds as t
    on t.source_id = s.source_id
left join ages as a
    on a.source_id = s.source_id
order by s.source_id
