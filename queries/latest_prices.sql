-- What does each item cost today, by kind of price?
-- One line for each item and kind: the newest day that anybody states, with the cell it was read from.
-- USD for a single piece; bound says whether the figure is a floor ("$2,500+") or a ceiling.
select
    h.name,
    h.kind,
    p.condition,
    p.price_low_usd,
    p.price_high_usd,
    o.bound,
    p.observed_on,
    s.as_of - p.observed_on as age_days,
    p.raw_file,
    p.raw_row,
    p.raw_text
from price_history as p
inner join hardware as h
    on h.hardware_id = p.hardware_id
inner join observations as o
    on o.observation_id = p.observation_id
cross join settings as s
where p.is_current
qualify row_number() over (
    partition by p.hardware_id, p.condition
    order by p.observed_on desc
) = 1
order by h.kind, h.name, p.condition;
