-- The last two days of each item and kind of price.
with in_order as (
    select
        *,
        lag(observed_on) over by_day as previous_on,
        lag(price_mid_usd) over by_day as previous_mid_usd,
        lag(source_id) over by_day as previous_source_id,
        lag(observation_id) over by_day as previous_from,
        row_number() over (
            partition by hardware_id, condition
            order by observed_on desc
        ) as days_back
    from price_history
    window by_day as (
        partition by hardware_id, condition
        order by observed_on
    )
)

select
    hardware_id,
    condition,
    previous_on,
    previous_mid_usd,
    previous_source_id,
    previous_from,
    observed_on as current_on,
    price_mid_usd as current_mid_usd,
    source_id as current_source_id,
    observation_id as current_from,
    price_mid_usd - previous_mid_usd as change_usd,
    percent_change(previous_mid_usd, price_mid_usd) as change_percent
from in_order
where days_back = 1
    and previous_on is not null
order by hardware_id, condition
