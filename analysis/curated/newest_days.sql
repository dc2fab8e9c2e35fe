-- The newest day of each kind of figure, and the day from which its ages count. One price noted today is the newest there is, but
-- makes no other price old: ages count from the day that a tenth of all subjects have reached. Where the tables were asked to show
-- a day, they count from that.
with kinds as (
    select unnest(['price', 'benchmark', 'cloud_rate', 'api_price', 'electricity_price', 'fx_rate']) as kind,
        unnest(['prices', 'speeds', 'cloud rates', 'API prices', 'electricity', 'rates of exchange']) as name,
        unnest([1, 2, 3, 4, 5, 6]) as rank
),

dated as (
    select
        kind,
        coalesce(hardware_id, model_id, build_id, place, currency, topic) as subject,
        observed_on
    from current_observations
    where observed_on is not null
),

subjects as (
    select
        kind,
        subject,
        max(observed_on) as newest_on
    from dated
    group by kind, subject
),

reached as (
    select
        kind,
        quantile_disc(newest_on, 0.9) as reached_on
    from subjects
    group by kind
)

select
    k.kind,
    k.name,
    k.rank,
    max(d.observed_on) as newest_on,
    count(d.observed_on) as figures,
    count(distinct d.subject) as subjects,
    count(distinct d.subject) filter (where d.observed_on = r.newest_on) as subjects_of_newest_day,
    coalesce(case when any_value(s.is_asked_for) then any_value(s.as_of) end, any_value(a.reached_on)) as ages_from
from kinds as k
cross join settings as s
left join dated as d
    on d.kind = k.kind
left join reached as a
    on a.kind = k.kind
left join (select kind, max(newest_on) as newest_on from subjects group by kind) as r
    on r.kind = k.kind
group by k.kind, k.name, k.rank
order by k.rank
