-- The figures that count on the day asked for. A figure without a day counts on every day on which its snapshot does.
select o.*
from observations as o
inner join snapshots as s
    on s.raw_file = o.raw_file
    and s.is_current
cross join settings
where o.observed_on is null
    or o.observed_on <= settings.as_of
order by o.observation_id
