-- How many of the best prices of today are how old, by kind of item.
select
    kind,
    coalesce(age_days, -1) as age_key,
    any_value(kind_rank) as kind_rank,
    any_value(observed_on) as observed_on,
    any_value(age_days) as age_days,
    count(*) as prices
from price_list
where is_best
group by kind, coalesce(age_days, -1)
order by kind, age_key
