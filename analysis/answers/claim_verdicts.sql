-- What became of the derived figures of each source, verdict by verdict.
select
    c.source_id,
    replace(c.verdict, '_', ' ') as verdict,
    s.title,
    count(*) as claims,
    sum(count(*)) over (partition by c.source_id) as claims_of_source
from claims as c
inner join sources as s
    on s.source_id = c.source_id
group by c.source_id, c.verdict, s.title
order by c.source_id, verdict
