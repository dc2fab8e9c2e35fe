-- What a workload asks of a machine and costs, on one's own, rented and from a provider. A workload is tokens a day: read
-- afresh, read from the cache, generated. They read no table. Months are a twelfth of 365 days.

create or replace macro hours_for(tokens, tokens_per_s) as
    tokens / nullif(tokens_per_s, 0) / 3600;

comment on macro hours_for is
    'Hours that tokens take: tokens / tokens_per_s / 3600. hours_for(36000, 10) = 1.';

create or replace macro per_month(each_day) as
    each_day * 365 / 12;

comment on macro per_month is
    'What a month makes of something a day: each_day * 365 / 12. per_month(12) = 365.';

create or replace macro fresh_tokens(input_tokens, cached_fraction) as
    input_tokens * (1 - cached_fraction);

comment on macro fresh_tokens is
    'Tokens of the input that are not in the cache: input_tokens * (1 - cached_fraction). fresh_tokens(1000, 0.84) = 160.';

create or replace macro busy_hours_per_day(
    input_tokens_per_day,
    cached_fraction,
    output_tokens_per_day,
    prefill_tok_s,
    decode_tok_s
) as
    hours_for(fresh_tokens(input_tokens_per_day, cached_fraction), prefill_tok_s)
    + hours_for(output_tokens_per_day, decode_tok_s);

comment on macro busy_hours_per_day is
    'Hours a day that a machine works for a workload: fresh input / prefill speed + output / decode speed. busy_hours_per_day(3600000, 0.5, 36000, 1000, 10) = 1.5.';

create or replace macro share_of_capacity(busy_hours_per_day, hours_on_per_week) as
    busy_hours_per_day * 7 / nullif(hours_on_per_week, 0);

comment on macro share_of_capacity is
    'Hours at work over the hours that a machine is kept on; above 1 it cannot do the work. share_of_capacity(2, 28) = 0.5.';

create or replace macro served_fraction(busy_hours_per_day, hours_on_per_week) as
    least(1, 1 / nullif(share_of_capacity(busy_hours_per_day, hours_on_per_week), 0));

comment on macro served_fraction is
    'Part of a workload that a machine does in the hours that it is kept on, at most all of it. served_fraction(8, 28) = 0.5.';

create or replace macro usd_per_month_of_power(
    prefill_hours_per_day, decode_hours_per_day, hours_on_per_week, prefill_w, working_w, idle_w, usd_per_kwh := 0.15
) as
    per_month(
        (
            prefill_hours_per_day * prefill_w
            + decode_hours_per_day * working_w
            + greatest(hours_on_per_week / 7 - prefill_hours_per_day - decode_hours_per_day, 0) * coalesce(idle_w, 0)
        )
        / 1000
        * usd_per_kwh
    );

comment on macro usd_per_month_of_power is
    'Electricity of a month, USD: watts of the hours that read prompts, of those that generate, and idle watts of the others that a machine is kept on. usd_per_month_of_power(0.5, 1.5, 28, 800, 400, 50, 0.12) = 4.015.';

create or replace macro usd_per_month_of_purchase(capex_usd, life_years := 3, residual_fraction := 0) as
    capex_usd * (1 - residual_fraction) / nullif(life_years * 12, 0);

comment on macro usd_per_month_of_purchase is
    'What a machine loses in value in a month, USD: capex_usd * (1 - residual_fraction) / (12 * life_years). usd_per_month_of_purchase(3600) = 100.';

create or replace macro usd_per_month_rented(hours_per_day, usd_per_hour) as
    per_month(hours_per_day * usd_per_hour);

comment on macro usd_per_month_rented is
    'Rental of a month, USD: hours a day * rate. usd_per_month_rented(2, 0.6) = 36.5.';

create or replace macro usd_per_month_of_tokens(
    fresh_tokens_per_day, cached_tokens_per_day, output_tokens_per_day, input_usd, cached_usd, output_usd
) as
    per_month(
        (
            fresh_tokens_per_day * input_usd
            + cached_tokens_per_day * coalesce(cached_usd, input_usd)
            + output_tokens_per_day * output_usd
        )
        / 1e6
    );

comment on macro usd_per_month_of_tokens is
    'What a provider asks for a month, USD, at prices of a million tokens; without a price of its own a cached token costs what any other does. usd_per_month_of_tokens(1000000, 2000000, 600000, 0.1, 0.05, 0.5) = 15.208.';

create or replace macro usd_per_mtok_of_month(usd_per_month, tokens_per_day) as
    usd_per_month / nullif(per_month(tokens_per_day), 0) * 1e6;

comment on macro usd_per_mtok_of_month is
    'USD for a million tokens of a month: usd_per_month / tokens of the month * 1e6. usd_per_mtok_of_month(36.5, 1200000) = 1.';

create or replace macro usd_per_mtok_with_input(output_usd, input_usd, input_per_output) as
    output_usd + input_usd * input_per_output;

comment on macro usd_per_mtok_with_input is
    'What a provider asks for a million generated tokens and the prompts that go with them: output_usd + input_usd * input_per_output. usd_per_mtok_with_input(0.4, 0.1, 3.4) = 0.74.';

create or replace macro breakeven_tokens_per_day(
    tokens_per_day, fixed_usd_per_month, own_usd_per_month, alternative_usd_per_month, most_tokens_per_day
) as
    -- what owning costs beside its fixed part, and what the alternative costs, grow with the tokens
    case
        when alternative_usd_per_month > own_usd_per_month - fixed_usd_per_month
            and tokens_per_day * fixed_usd_per_month
            <= most_tokens_per_day * (alternative_usd_per_month - own_usd_per_month + fixed_usd_per_month)
            then
                tokens_per_day
                * fixed_usd_per_month
                / (alternative_usd_per_month - own_usd_per_month + fixed_usd_per_month)
    end;

comment on macro breakeven_tokens_per_day is
    'Tokens a day, in the shares of a workload, from which owning costs less: those whose cost elsewhere, less the electricity that they add, is what owning costs without work. NULL if the machine cannot make so many, or never. breakeven_tokens_per_day(1000000, 100, 110, 60, 5000000) = 2000000.';
