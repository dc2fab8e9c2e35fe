-- What one rented GPU costs an hour by every stated rate, a rate for several at once shared out, and why a rate does not
-- count where a rented machine is compared with one's own.
with rates as (
    select
        r.cloud_rate_id,
        r.hardware_id,
        h.name as rented,
        h.memory_gb as rented_memory_gb,
        r.provider,
        r.purchase,
        r.usd_per_hour_low / r.gpu_count as usd_per_hour_low,
        mid(r.usd_per_hour_low, r.usd_per_hour_high) / r.gpu_count as usd_per_hour_mid,
        r.usd_per_hour_high / r.gpu_count as usd_per_hour_high,
        reasons(
            case when not p.counts then p.reason end,
            case when p.purchase is null then 'the assumptions do not say whether a rate of this kind counts: ' || r.purchase end,
            case when h.memory_gb is null then 'no source states the memory of the rented card, so what it holds is not known' end
        ) as excluded
    from cloud_rates as r
    inner join hardware as h
        on h.hardware_id = r.hardware_id
    left join cloud_purchases as p
        on p.purchase = r.purchase
),

-- the cheapest that counts of a card with at least so much memory: what pages compare systems with, hour against hour
references_ as (
    select distinct on (t.memory_gb)
        r.cloud_rate_id
    from rates as r
    inner join (select unnest([24, 48, 80, 140]) as memory_gb) as t
        on r.rented_memory_gb >= t.memory_gb
    where r.excluded is null
    order by t.memory_gb, r.usd_per_hour_mid, r.cloud_rate_id
)

select
    *,
    cloud_rate_id in (select cloud_rate_id from references_) as is_reference
from rates
order by cloud_rate_id
