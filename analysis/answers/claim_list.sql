-- Every derived figure of the sources with what its own figures give, how far it is off, and its place among the wrong ones.
select
    c.claim_id,
    c.source_id,
    c.subject,
    c.what,
    c.stated_low,
    c.stated_high,
    c.recomputed_low,
    c.recomputed_high,
    c.unit,
    c.relative_difference * 100 as off_percent,
    greatest(abs(c.difference_lower_end), abs(c.difference_upper_end)) as off_by,
    case
        when c.verdict = 'differs' and c.relative_difference is not null
            then row_number() over (
                partition by c.verdict = 'differs' and c.relative_difference is not null
                order by abs(c.relative_difference) desc, c.claim_id
            )
    end as rank_by_times,
    case
        when c.verdict = 'differs' and c.unit = 'USD'
            then row_number() over (
                partition by c.verdict = 'differs' and c.unit = 'USD'
                order by greatest(abs(c.difference_lower_end), abs(c.difference_upper_end)) desc, c.claim_id
            )
    end as rank_by_usd,
    replace(c.verdict, '_', ' ') as verdict,
    coalesce(c.arithmetic, c.reason) as arithmetic,
    cell_text(c.raw_text) as cell,
    c.raw_file || ', row ' || c.raw_row as place,
    c.raw_file,
    c.raw_row,
    coalesce(c.reason, 'yes and no have no percentage, nor does a figure against zero') as missing
from claims as c
order by c.claim_id
