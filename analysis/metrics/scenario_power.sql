-- The watts that a bill counts for each hour at work: those at work, and those of the hours that the machine is kept on idle.
select
    w.build_id,
    s.scenario_id,
    watts_with_idle(w.watts_low, w.idle_w_low, s.hours_per_week, s.hours_on_per_week) as watts_low,
    watts_with_idle(w.watts_mid, w.idle_w_mid, s.hours_per_week, s.hours_on_per_week) as watts_mid,
    watts_with_idle(w.watts_high, w.idle_w_high, s.hours_per_week, s.hours_on_per_week) as watts_high,
    watts_with_idle(
        coalesce(w.tensor_w_low, w.watts_low), w.idle_w_low, s.hours_per_week, s.hours_on_per_week
    ) as tensor_w_low,
    watts_with_idle(
        coalesce(w.tensor_w_mid, w.watts_mid), w.idle_w_mid, s.hours_per_week, s.hours_on_per_week
    ) as tensor_w_mid,
    watts_with_idle(
        coalesce(w.tensor_w_high, w.watts_high), w.idle_w_high, s.hours_per_week, s.hours_on_per_week
    ) as tensor_w_high
from build_power as w
cross join scenarios as s
where w.is_best
order by w.build_id, s.scenario_id
