-- What part of the ceiling real systems reach, class by class: the model that modelled_throughput applies.
-- The interval is the whole range of the class, or the middle eight tenths once ten voices make up a class.
select
    efficiency_class,
    count(*) as voices,
    sum(readings) as readings,
    max(accelerator_count) as most_accelerators,
    min(c.gb_per_accelerator) as least_gb_per_accelerator,
    case
        when count(*) < 10 then min(c.efficiency_low)
        else quantile_cont(c.efficiency_low, 0.1)
    end as efficiency_low,
    median(c.efficiency) as efficiency_mid,
    case
        when count(*) < 10 then max(c.efficiency_high)
        else quantile_cont(c.efficiency_high, 0.9)
    end as efficiency_high,
    case when count(*) < 10 then 'range' else 'quantiles' end as interval_basis,
    median(left_out_error_percent) as left_out_error_percent
from calibration as c
group by efficiency_class
order by efficiency_class
