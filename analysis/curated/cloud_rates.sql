-- What renting accelerators costs an hour.
with named as (
    select
        *,
        concat_ws(
            '/',
            source_id,
            hardware_id || case when count > 1 then '-x' || count else '' end,
            regexp_replace(lower(provider), '[^a-z0-9]+', '-', 'g'),
            coalesce(purchase, 'unspecified'),
            regexp_replace(lower(region), '[^a-z0-9]+', '-', 'g')
        ) as readable_id
    from current_observations
    where attribute = 'usd_per_hour'
        and hardware_id is not null
        -- a rate that its source takes up again in a computation is the same rate
        and not is_derived
)

select
    readable_id
    || case
        when count(*) over (partition by readable_id) > 1
            then '/' || row_number() over (partition by readable_id order by raw_file, raw_row, observation_id)
        else ''
    end as cloud_rate_id,
    hardware_id,
    count as gpu_count,
    provider,
    coalesce(purchase, 'unspecified') as purchase,
    coalesce(billing, 'hourly') as billing,
    region,
    -- what is stated for each card is stated here for all of them
    value_low * case when each then count else 1 end as usd_per_hour_low,
    value_high * case when each then count else 1 end as usd_per_hour_high,
    amount_low,
    amount_high,
    currency,
    tax,
    fx_day,
    is_approximate,
    bound,
    note,
    observation_id,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    observed_on,
    date_basis
from named
order by cloud_rate_id
