-- How old each price that counts is as of the day that the tables show.
select
    p.observation_id,
    p.hardware_id,
    p.condition,
    p.price_mid_usd,
    p.priced_on,
    p.date_basis,
    s.as_of,
    case when p.priced_on <= s.as_of then date_diff('day', p.priced_on, s.as_of) end as age_days,
    exists (
        select 1
        from build_parts as b
        where b.current_price_from = p.observation_id
    ) as is_used,
    p.source_id
from prices as p
cross join settings as s
where p.is_current
order by p.observation_id
