-- The formulas of the project, each of them once: the tables call them, and so does whoever asks in SQL.
-- They read no table. Hours a week are spread evenly over a year of 8,760 hours, so that 168 of them are all of it.
-- NULL in, NULL out; a division by nothing is NULL too.

create or replace macro hours_per_year(hours_per_week) as
    hours_per_week / 168 * 8760;

comment on macro hours_per_year is
    'Hours of use in a year, from hours a week: hours_per_week / 168 * 8760. hours_per_year(40) = 2085.714.';

create or replace macro kwh_per_year(watts, hours_per_week := 168) as
    watts / 1000 * hours_per_year(hours_per_week);

comment on macro kwh_per_year is
    'Electricity of a year, kWh: watts / 1000 * hours_per_year(hours_per_week). kwh_per_year(2000) = 17520.';

create or replace macro power_usd(watts, hours_per_week := 168, usd_per_kwh := 0.15, years := 3) as
    kwh_per_year(watts, hours_per_week) * usd_per_kwh * years;

comment on macro power_usd is
    'Electricity, USD, over `years`: kwh_per_year(watts, hours_per_week) * usd_per_kwh * years. power_usd(2000, years := 1) = 2628.';

create or replace macro watts_with_idle(working_w, idle_w, hours_per_week, hours_on_per_week := null) as
    case
        when coalesce(hours_on_per_week, hours_per_week) <= hours_per_week then working_w
        else working_w + idle_w * (hours_on_per_week / nullif(hours_per_week, 0) - 1)
    end;

comment on macro watts_with_idle is
    'Watts that each hour of work is charged with when the machine is kept on for longer than it works: watts at work + idle watts of the other hours. watts_with_idle(400, 60, 40, 168) = 592.';

create or replace macro usd_per_mtok(
    capex_usd,
    watts,
    tokens_per_s,
    hours_per_week := 168,
    usd_per_kwh := 0.15,
    life_years := 3,
    residual_fraction := 0
) as
    (
        capex_usd * (1 - residual_fraction) / nullif(life_years, 0)
        + power_usd(watts, hours_per_week, usd_per_kwh, 1)
    )
    / nullif(tokens_per_s * 3600 * hours_per_year(hours_per_week), 0)
    * 1e6;

comment on macro usd_per_mtok is
    'USD for a million tokens on a machine of one''s own: (what it loses in value a year + electricity a year) / tokens a year * 1e6. The value lost is capex_usd * (1 - residual_fraction) / life_years; watts while working, tokens_per_s in total. usd_per_mtok(4299, 50, 10, usd_per_kwh := 0.18) = 4.794.';

create or replace macro cloud_usd_per_mtok(usd_per_hour, tokens_per_s) as
    usd_per_hour / nullif(tokens_per_s * 3600, 0) * 1e6;

comment on macro cloud_usd_per_mtok is
    'USD for a million tokens on rented hardware: usd_per_hour / (tokens_per_s * 3600) * 1e6. cloud_usd_per_mtok(2, 85) = 6.536.';

create or replace macro equivalent_usd_per_hour(usd_per_mtok, tokens_per_s) as
    usd_per_mtok / 1e6 * tokens_per_s * 3600;

comment on macro equivalent_usd_per_hour is
    'USD that an hour''s tokens of a machine would cost elsewhere, at usd_per_mtok: usd_per_mtok / 1e6 * tokens_per_s * 3600. Of a rented card it is own tok/s / rented tok/s * rate. equivalent_usd_per_hour(6.536, 85) = 2.';

create or replace macro saving_usd_per_year(
    cloud_usd_per_hour,
    watts := 0,
    hours_per_week := 40,
    usd_per_kwh := 0.15
) as
    cloud_usd_per_hour * hours_per_year(hours_per_week)
    - power_usd(watts, hours_per_week, usd_per_kwh, 1);

comment on macro saving_usd_per_year is
    'USD a year that owning saves against renting for the same hours: the rent less the electricity. saving_usd_per_year(2.5, 2000, 168) = 19272.';

create or replace macro earned_back_years(capex_usd, usd_per_year, longest_years := 100) as
    case when usd_per_year > 0 and capex_usd <= longest_years * usd_per_year then capex_usd / usd_per_year end;

comment on macro earned_back_years is
    'Years until what is saved a year has paid for a machine: capex_usd / usd_per_year. NULL where nothing is saved, or so little that it takes more than longest_years. earned_back_years(3000, 1500) = 2.';

create or replace macro payback_years(
    capex_usd,
    cloud_usd_per_hour,
    watts := 0,
    hours_per_week := 40,
    usd_per_kwh := 0.15,
    longest_years := 100
) as
    earned_back_years(
        capex_usd, saving_usd_per_year(cloud_usd_per_hour, watts, hours_per_week, usd_per_kwh), longest_years
    );

comment on macro payback_years is
    'Years until buying has cost what renting would have: capex_usd / saving_usd_per_year. NULL where it never pays back: nothing is saved, or so little that it takes more than longest_years, which no machine lasts. payback_years(14949, 2.5, 0, 40) = 2.867.';

create or replace macro breakeven_hours_per_week(
    capex_usd,
    cloud_usd_per_hour,
    watts := 0,
    usd_per_kwh := 0.15,
    life_years := 3,
    residual_fraction := 0
) as
    case
        when capex_usd * (1 - residual_fraction)
            <= life_years * saving_usd_per_year(cloud_usd_per_hour, watts, 168, usd_per_kwh)
            then
                capex_usd * (1 - residual_fraction)
                / nullif(life_years * saving_usd_per_year(cloud_usd_per_hour, watts, 168, usd_per_kwh), 0)
                * 168
    end;

comment on macro breakeven_hours_per_week is
    'Hours a week at which owning for its life costs what renting costs: the value lost over the life / what a life around the clock would save * 168. NULL where it takes more hours than a week has, or never. breakeven_hours_per_week(14949, 2.5) = 38.226.';

create or replace macro breakeven_capex_usd(
    usd_per_mtok,
    watts,
    tokens_per_s,
    hours_per_week := 168,
    usd_per_kwh := 0.15,
    life_years := 3,
    residual_fraction := 0
) as
    -- the machine stands against one rented at what its tokens of an hour cost
    case
        when saving_usd_per_year(equivalent_usd_per_hour(usd_per_mtok, tokens_per_s), watts, hours_per_week, usd_per_kwh) >= 0
            then
                saving_usd_per_year(equivalent_usd_per_hour(usd_per_mtok, tokens_per_s), watts, hours_per_week, usd_per_kwh)
                * life_years
                / nullif(1 - residual_fraction, 0)
    end;

comment on macro breakeven_capex_usd is
    'Price of a machine at which a million tokens cost usd_per_mtok, the inverse of that formula: (what the tokens of a year cost at usd_per_mtok - electricity a year) * life_years / (1 - residual_fraction). NULL where the electricity alone costs more. breakeven_capex_usd(2, 500, 100, 40) = 4035.857.';

create or replace macro net_usd(
    capex_usd,
    cloud_usd_per_hour,
    watts := 0,
    hours_per_week := 40,
    usd_per_kwh := 0.15,
    years := 3,
    residual_fraction := 0
) as
    years * saving_usd_per_year(cloud_usd_per_hour, watts, hours_per_week, usd_per_kwh)
    - capex_usd * (1 - residual_fraction);

comment on macro net_usd is
    'USD that owning leaves after `years` against renting, not discounted: years * saving_usd_per_year - capex_usd * (1 - residual_fraction). net_usd(14949, 2.5) = 693.857.';

create or replace macro roi_percent(
    capex_usd,
    cloud_usd_per_hour,
    watts := 0,
    hours_per_week := 40,
    usd_per_kwh := 0.15,
    years := 3,
    residual_fraction := 0
) as
    net_usd(capex_usd, cloud_usd_per_hour, watts, hours_per_week, usd_per_kwh, years, residual_fraction)
    / nullif(capex_usd, 0)
    * 100;

comment on macro roi_percent is
    'Return on the purchase after `years`, percent of it: net_usd / capex_usd * 100. roi_percent(14949, 2.5) = 4.641.';

create or replace macro present_value_usd(
    capex_usd, usd_per_year, years := 3, residual_fraction := 0, discount_rate := 0.05
) as
    usd_per_year
    * case
        when discount_rate = 0
            then years
        else (1 - power(1 + discount_rate, -years)) / discount_rate
    end
    + capex_usd * residual_fraction * power(1 + discount_rate, -years)
    - capex_usd;

comment on macro present_value_usd is
    'Net present value of a purchase that saves usd_per_year at the end of each year and fetches residual_fraction of its price at the end, USD. present_value_usd(1000, 600, 2, 0.1, 0) = 300.';

create or replace macro npv_usd(
    capex_usd,
    cloud_usd_per_hour,
    watts := 0,
    hours_per_week := 40,
    usd_per_kwh := 0.15,
    years := 3,
    residual_fraction := 0,
    discount_rate := 0.05
) as
    present_value_usd(
        capex_usd,
        saving_usd_per_year(cloud_usd_per_hour, watts, hours_per_week, usd_per_kwh),
        years,
        residual_fraction,
        discount_rate
    );

comment on macro npv_usd is
    'Net present value, USD: each year''s saving at the end of that year and what the machine still fetches after `years`, discounted, less its price. npv_usd(14949, 2.5) = -749.21.';

create or replace macro tokens_per_day(tokens_per_s, hours_per_week := 168) as
    tokens_per_s * 3600 * hours_per_week / 7;

comment on macro tokens_per_day is
    'Tokens a day, on average over the week, of a machine that works hours_per_week: tokens_per_s * 3600 * hours_per_week / 7. tokens_per_day(10, 40) = 205714.286.';

create or replace macro within(years, life_years) as
    case when years <= life_years then years end;

comment on macro within is
    'A payback that comes within the life of a machine; NULL for a later one, which never comes. within(2.5, 3) = 2.5.';

create or replace macro margin_percent(one_usd, other_usd) as
    -- a difference with an unknown is unknown, which greatest() and least() would leave out
    abs(one_usd - other_usd) / nullif(greatest(one_usd, other_usd), 0) * 100;

comment on macro margin_percent is
    'How much cheaper the cheaper of two is, percent of the expensive one: (greater - lesser) / greater * 100; NULL unless both are known. margin_percent(3, 4) = 25.';

create or replace macro usd_per_unit(price_usd, quantity) as
    price_usd / nullif(quantity, 0);

comment on macro usd_per_unit is
    'USD for one unit of what a price buys (a gigabyte, a gigabyte a second): price_usd / quantity. usd_per_unit(700, 24) = 29.167.';

create or replace macro weights_gb(params_b, bits) as
    params_b * bits / 8;

comment on macro weights_gb is
    'GB (1e9 bytes) that a model''s weights take: billions of parameters * bits of each / 8. weights_gb(70, 4) = 35.';

create or replace macro file_gb(params_b, bits, embedding_bits := null, vocabulary_size := 0, hidden_size := 0, tied_embeddings := false) as
    case
        when embedding_bits is null or vocabulary_size is null then weights_gb(params_b, bits)
        -- the embedding, and the output layer unless it is the same
        else weights_gb(params_b, bits)
            + weights_gb(vocabulary_size::double * hidden_size / 1e9 * case when tied_embeddings then 1 else 2 end, embedding_bits - bits)
    end;

comment on macro file_gb is
    'GB of a model''s file: all weights at the bits of the format, but embedding and output layer wider where the format keeps them so. file_gb(8, 4, 16, 100000, 5000) = 5.5.';

create or replace macro bits_of_file(size_gb, params_b) as
    size_gb * 8 / nullif(params_b, 0);

comment on macro bits_of_file is
    'Bits that a weight takes in a file, the inverse of weights_gb: GB * 8 / billions of parameters. bits_of_file(35, 70) = 4.';

create or replace macro memory_needed_gb(weights_gb, cache_gb := 0, overhead_gb := 0.5, accelerators := 1) as
    weights_gb + cache_gb + overhead_gb * accelerators;

comment on macro memory_needed_gb is
    'GB of accelerator memory that a model takes: weights + key-value cache of all sequences + overhead of each accelerator. memory_needed_gb(35, 2.684) = 38.184.';

create or replace macro accelerators_needed(weights_gb, cache_gb, memory_gb, overhead_gb := 0.5) as
    ceil((weights_gb + cache_gb) / nullif(greatest(memory_gb - overhead_gb, 0), 0))::integer;

comment on macro accelerators_needed is
    'How many accelerators of memory_gb hold a model with its cache, each losing its overhead. accelerators_needed(43.2, 2.7, 25.77) = 2.';

create or replace macro decode_ceiling_tok_s(bandwidth_gb_s, gb_read_per_token) as
    bandwidth_gb_s / nullif(gb_read_per_token, 0);

comment on macro decode_ceiling_tok_s is
    'Tokens a second that memory bandwidth allows one sequence: GB/s / GB read for each token. decode_ceiling_tok_s(1792, 40) = 44.8.';
