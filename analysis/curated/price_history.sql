-- One price for each item, kind and day. Prices without a day have no place in a history.
with dated as (
    select
        *,
        count(*) over same_day as readings,
        min(price_low_usd) over same_day as lowest_usd,
        max(price_high_usd) over same_day as highest_usd
    from prices
    where is_candidate
        and condition is not null
        and priced_on is not null
    window same_day as (
        partition by hardware_id, condition, priced_on
    )
)

select
    hardware_id,
    condition,
    priced_on as observed_on,
    price_low_usd,
    price_mid_usd,
    price_high_usd,
    readings,
    lowest_usd,
    highest_usd,
    is_current,
    observation_id,
    source_id,
    raw_file,
    raw_row,
    raw_text,
    date_basis
from dated
qualify row_number() over (
    partition by hardware_id, condition, priced_on
    order by
        not is_current,
        evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id)
) = 1
order by hardware_id, condition, observed_on
