-- Each system with what it costs today and the best that is known of its power: what every cost, saving and bill begins with.
select
    b.build_id,
    b.name,
    c.capex_low_usd,
    c.capex_mid_usd,
    c.capex_high_usd,
    c.capex_from,
    c.capex_bound,
    c.missing as price_missing,
    c.priced_parts_low_usd,
    c.priced_parts_mid_usd,
    c.priced_parts_high_usd,
    w.power_basis,
    w.watts_low,
    w.watts_mid,
    w.watts_high,
    w.prefill_w_low,
    w.prefill_w_mid,
    w.prefill_w_high,
    w.idle_w_low,
    w.idle_w_mid,
    w.idle_w_high,
    w.watts_bound,
    w.missing as watts_missing,
    c.capex_mid_usd is not null and w.watts_mid is not null as is_complete,
    reasons(
        case when c.capex_mid_usd is null then 'price: ' || c.missing end,
        case when w.watts_mid is null then 'watts: ' || w.missing end
    ) as missing,
    b.doubt,
    case when k.value = 0 then b.doubt end as excluded
from builds as b
inner join build_costs as c
    on c.build_id = b.build_id
    and c.capex_basis = 'current'
inner join build_power as w
    on w.build_id = b.build_id
    and w.is_best
left join assumptions as k
    on k.name = 'doubted_may_answer'
order by b.build_id
