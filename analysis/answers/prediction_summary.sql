-- Each measured accelerator against what the throughput model says of it when none of its runs was in the fit.
select
    hardware_name,
    accelerators,
    phase,
    count(*) as runs,
    median(measured_tok_s) as measured_tok_s,
    median(predicted_tok_s) as predicted_tok_s,
    median(abs(error_percent)) as error_percent,
    avg(is_inside::integer) * 100 as inside_percent,
    count(*) filter (where is_outlier) as outliers
from prediction_errors
group by hardware_name, accelerators, phase
order by phase, hardware_name, accelerators
