-- What do a gigabyte of memory and a gigabyte a second of bandwidth cost, card by card?
-- The newest current price of each card, the cheapest of that day; memory and bandwidth as the sources state them.
with newest as (
    select
        hardware_id,
        condition,
        price_mid_usd,
        observed_on
    from price_history
    where is_current
    qualify row_number() over (
        partition by hardware_id
        order by observed_on desc, price_mid_usd, condition
    ) = 1
)

select
    h.name,
    p.condition,
    p.price_mid_usd,
    h.memory_gb,
    h.memory_bandwidth_gb_s,
    p.price_mid_usd / h.memory_gb as usd_per_gb,
    p.price_mid_usd / h.memory_bandwidth_gb_s as usd_per_gb_s,
    p.observed_on
from newest as p
inner join hardware as h
    on h.hardware_id = p.hardware_id
where h.kind = 'gpu'
    and h.memory_gb > 0
order by usd_per_gb, h.hardware_id;
