-- Which scraped tables count on the day asked for. What a first snapshot says was there to be read before anybody took it,
-- so only the days of its figures say since when they are known; a later snapshot is known from the day it was taken.
with readable as (
    select
        raw_file,
        source_id,
        table_name,
        retrieved_on,
        rejected < cells as is_readable,
        rejected < cells
            and retrieved_on > min(retrieved_on) filter (where rejected < cells) over (
                partition by source_id, table_name
            ) as is_successor
    from raw_files
),

known as (
    select
        r.*,
        case when r.is_successor then r.retrieved_on end as known_from,
        r.is_readable and (not r.is_successor or r.retrieved_on <= s.as_of) as is_known
    from readable as r
    cross join settings as s
),

in_order as (
    select
        raw_file,
        lag(raw_file) over by_day as supersedes,
        lead(raw_file) over by_day as superseded_by,
        lead(retrieved_on) over by_day as superseded_on
    from known
    where is_known
    window by_day as (
        partition by source_id, table_name
        order by retrieved_on
    )
)

select
    k.raw_file,
    k.source_id,
    k.table_name,
    k.retrieved_on,
    k.is_readable,
    k.known_from,
    k.is_known,
    o.supersedes,
    o.superseded_by,
    o.superseded_on,
    k.is_known and o.superseded_by is null as is_current
from known as k
left join in_order as o
    on o.raw_file = k.raw_file
order by k.raw_file
