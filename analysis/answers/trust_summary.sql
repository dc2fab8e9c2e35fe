-- How the sources' own figures hold up, source by source and over all (source_id 'all').
with judged as (
    select
        coalesce(q.source_id, 'all') as source_id,
        any_value(s.title) as title,
        sum(q.claims - q.claims_not_recomputable) as claims_checked,
        sum(q.claims) as claims,
        sum(q.claims_differ) as claims_differ,
        sum(q.speeds) as speeds,
        sum(q.speeds - q.speeds_not_computable) as speeds_checked,
        sum(q.speeds_partly) as speeds_partly,
        sum(q.speeds_impossible) as speeds_impossible,
        grouping(q.source_id) = 1 as is_total
    from quality_summary as q
    inner join sources as s
        on s.source_id = q.source_id
    group by grouping sets ((q.source_id), ())
)

select
    source_id,
    case when not is_total then title end as title,
    is_total,
    claims,
    claims_checked,
    claims_differ,
    claims_differ / nullif(claims_checked, 0) * 100 as differ_percent,
    speeds,
    speeds_checked,
    speeds_partly,
    speeds_impossible
from judged
order by source_id
