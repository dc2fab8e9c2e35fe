-- What does a million tokens cost by hours of use and price of electricity?
-- A grid: one line for each number of hours a week, one column for each price in USD/kWh. Another system or model is the
-- where clause; any other price is one more value in the list.
with hours as (
    select unnest([10, 20, 40, 80, 168]) as hours_per_week
),

kwh as (
    select unnest([0.10, 0.15, 0.30, 0.45]) as usd_per_kwh
),

system as (
    select *
    from what_if()
    where build_id = 'dual-3090-tower'
        and concurrency = 1
        and usd_per_mtok_mid is not null
    order by usd_per_mtok_mid, model_id, quantization
    limit 1
),

grid as (
    select
        s.name as system,
        s.model_id,
        s.quantization,
        h.hours_per_week,
        k.usd_per_kwh,
        usd_per_mtok(s.capex_mid_usd, s.watts_mid, s.tokens_per_s_mid, h.hours_per_week, k.usd_per_kwh) as usd_per_mtok
    from system as s
    cross join hours as h
    cross join kwh as k
)

pivot grid
on usd_per_kwh in (0.10, 0.15, 0.30, 0.45)
using round(any_value(usd_per_mtok), 3)
group by system, model_id, quantization, hours_per_week
order by hours_per_week;
