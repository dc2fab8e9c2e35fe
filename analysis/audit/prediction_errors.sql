-- Predicted against measured, run by run: what the model says of an accelerator that it was not fitted to, and whether its
-- interval holds the measured speed. Outliers are listed and not fitted.
select
    r.benchmark_id,
    r.phase,
    r.hardware_id,
    h.name as hardware_name,
    r.accelerators,
    r.split,
    r.model_id,
    r.quantization,
    r.context_tokens,
    r.engine,
    r.software_day,
    r.software_generation,
    r.speed_class,
    r.tokens_per_s as measured_tok_s,
    1000 / o.fitted_ms as fitted_tok_s,
    1000 / o.left_out_ms as predicted_tok_s,
    interval_reach(m.log_reading, m.log_elsewhere, o.elsewhere, interval_widening(r.split = 'tensor', false, false)) as reach,
    1000 / (o.left_out_ms * exp(reach)) as predicted_low_tok_s,
    1000 / (o.left_out_ms * exp(-reach)) as predicted_high_tok_s,
    percent_change(r.tokens_per_s, 1000 / o.left_out_ms) as error_percent,
    r.tokens_per_s between predicted_low_tok_s and predicted_high_tok_s as is_inside,
    coalesce(o.is_outlier, false) as is_outlier,
    case
        when o.is_outlier then 'out of line with all other runs of this accelerator: not fitted'
    end as remark
from measured_runs as r
inner join hardware as h
    on h.hardware_id = r.hardware_id
left join left_out_runs as o
    on o.benchmark_id = r.benchmark_id
left join throughput_model as m
    on m.phase = r.phase
    and m.speed_class = r.speed_class
    and m.software_generation = r.software_generation
order by r.benchmark_id
