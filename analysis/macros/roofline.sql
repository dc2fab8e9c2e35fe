-- The physics of decoding: every token reads the weights once, so that memory bandwidth limits how many come in a
-- second. Formulas only; which sizes and bandwidths go into them is decided in audit/roofline.sql and
-- audit/modelled_throughput.sql.

create or replace macro active_fraction(params_b, active_params_b) as
    coalesce(active_params_b / nullif(params_b, 0), 1);

comment on macro active_fraction is
    'Part of the weights that one token reads: active over all parameters of a mixture of experts, 1 of a dense model. active_fraction(400, 17) = 0.0425.';

create or replace macro gb_read_per_token(weights_gb, active_fraction := 1, concurrency := 1) as
    weights_gb * active_fraction / concurrency;

comment on macro gb_read_per_token is
    'GB read for each token: the active part of the weights, read once a step for all sequences at once. gb_read_per_token(40, concurrency := 4) = 10.';

create or replace macro host_share(weights_gb, accelerator_memory_gb) as
    coalesce(greatest(1 - accelerator_memory_gb / nullif(weights_gb, 0), 0), 0);

comment on macro host_share is
    'Part of the weights that does not fit the accelerators'' memory and lies in the host''s. host_share(40, 32) = 0.2.';

create or replace macro blended_bandwidth_gb_s(accelerator_gb_s, host_share := 0, host_gb_s := null) as
    case
        when host_share > 0
            then 1 / ((1 - host_share) / accelerator_gb_s + host_share / host_gb_s)
        else accelerator_gb_s
    end;

comment on macro blended_bandwidth_gb_s is
    'GB/s at which weights are read that lie partly in the host''s memory, one part after the other. blended_bandwidth_gb_s(1792, 0.2, 100) = 408.759.';

create or replace macro host_bandwidth_needed_gb_s(tokens_per_s, gb_read_per_token, host_share, accelerator_gb_s) as
    case
        when 1 / tokens_per_s > gb_read_per_token * (1 - host_share) / accelerator_gb_s
            then gb_read_per_token * host_share / (1 / tokens_per_s - gb_read_per_token * (1 - host_share) / accelerator_gb_s)
    end;

comment on macro host_bandwidth_needed_gb_s is
    'GB/s of host memory that a speed takes of which part of the weights lies there; NULL if the accelerators alone are too slow for it. host_bandwidth_needed_gb_s(10, 40, 0.4, 1008) = 210.';

create or replace macro roofline_verdict(ratio_low, ratio_high, tolerance := 0.05, slack := 0) as
    case
        when ratio_high is null then 'not_computable'
        when ratio_low > 1 + tolerance + slack then 'impossible'
        when ratio_high > 1 + tolerance + slack then 'partly'
        when ratio_high >= 1 - tolerance then 'at_ceiling'
        else 'plausible'
    end;

comment on macro roofline_verdict is
    'What a claimed speed over its ceiling means: impossible beyond it, partly if its high end alone is, at_ceiling within the tolerance, else plausible; NULL is not_computable. slack is what a figure that is said to be about so much gets besides. roofline_verdict(0.9, 1.3) is partly.';

create or replace macro is_combined_throughput(words) as
    regexp_matches(
        words, '(?i)\b(combined|aggregated?|total|overall|cumulative)\b|\b(all|across) (the )?(users|requests|sequences|streams)\b'
    );

comment on macro is_combined_throughput is
    'Whether the words of a speed say that it is that of several sequences together, without saying of how many: 70 tok/s combined throughput.';

create or replace macro speed_at_power_limit(tokens_per_s, power_fraction, speed_at_half_power := 0.88) as
    tokens_per_s * power(speed_at_half_power, ln(power_fraction) / ln(0.5));

comment on macro speed_at_power_limit is
    'Speed of accelerators held to a fraction of their power: speed_at_half_power for each halving. The default is what the sources say of the Max-Q against the full card. speed_at_power_limit(100, 0.5) = 88.';

create or replace macro watts_at_power_limit(watts, accelerator_watts, power_fraction) as
    watts - least(accelerator_watts, watts) * (1 - power_fraction);

comment on macro watts_at_power_limit is
    'Watts of a system whose accelerators alone are held to a fraction of their power. watts_at_power_limit(1000, 575, 0.5) = 712.5.';
