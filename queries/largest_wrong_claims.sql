-- Which figures that the sources state are furthest from what follows from their own data?
-- relative_difference is how far the nearest end is off, as a part of what the arithmetic gives. At most three of each
-- source, so that a long document does not fill the list.
select
    source_id,
    subject,
    what,
    stated_low,
    stated_high,
    recomputed_low,
    recomputed_high,
    unit,
    relative_difference,
    arithmetic,
    raw_file,
    raw_row,
    raw_text
from claims
where verdict = 'differs'
qualify row_number() over (
    partition by source_id
    order by abs(relative_difference) desc nulls last, claim_id
) <= 3
order by abs(relative_difference) desc nulls last, claim_id;
