-- Who says it: each source with what was taken from it.
with file_counts as (
    select
        source_id,
        count(*) as raw_files,
        sum(rows) as raw_rows,
        sum(observations) as observations
    from raw_files
    group by source_id
),

rejected_counts as (
    select
        source_id,
        count(*) as rejected_rows
    from rejected_rows
    group by source_id
)

select
    s.source_id,
    s.title,
    s.publisher,
    s.url,
    s.licence,
    s.published_on,
    s.retrieved_on,
    s.document,
    s.left_out,
    coalesce(f.raw_files, 0) as raw_files,
    coalesce(f.raw_rows, 0) as raw_rows,
    coalesce(f.observations, 0) as observations,
    coalesce(r.rejected_rows, 0) as rejected_rows
from source_files as s
left join file_counts as f
    on f.source_id = s.source_id
left join rejected_counts as r
    on r.source_id = s.source_id
order by s.source_id
