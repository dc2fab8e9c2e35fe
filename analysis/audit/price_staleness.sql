-- How old each price that counts is on the day that ages of prices count from.
select
    p.observation_id,
    p.hardware_id,
    p.condition,
    p.price_mid_usd,
    p.priced_on,
    p.date_basis,
    n.ages_from as as_of,
    age_days(p.priced_on, n.ages_from) as age_days,
    exists (
        select 1
        from build_parts as b
        where b.current_price_from = p.observation_id
    ) as is_used,
    p.source_id
from prices as p
left join newest_days as n
    on n.kind = 'price'
where p.is_current
order by p.observation_id
