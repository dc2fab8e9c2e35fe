-- The prices of today in a few figures: how many, of which day, how old.
select
    coalesce(n.newest_on, s.as_of) as as_of,
    count(*) filter (where p.is_best) as current_prices,
    count(distinct p.hardware_id) filter (where p.is_best) as current_items,
    count(*) as stated_prices,
    count(*) filter (where p.observed_on is null) as stated_without_day,
    count(*) filter (where p.is_best and p.observed_on = n.newest_on) as of_newest_day,
    count(*) filter (where p.is_best and p.age_days > 180) as older_than_half_a_year,
    count(*) filter (where p.is_best and p.observed_on is not null) as dated,
    count(*) filter (where p.is_best and p.observed_on is null) as without_day,
    count(*) filter (where p.is_best and p.day_of = 'of this price') as with_own_day,
    median(p.age_days) filter (where p.is_best) as median_age_days,
    max(p.age_days) filter (where p.is_best) as oldest_age_days,
    min_by(p.item, row(p.age_days is null, 0 - p.age_days, p.observation_id)) filter (where p.is_best) as oldest_item,
    min(p.observed_on) as first_day
from price_list as p
cross join settings as s
left join newest_days as n
    on n.kind = 'price'
group by n.newest_on, s.as_of
