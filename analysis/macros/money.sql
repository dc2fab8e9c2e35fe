-- Amounts of other currencies in dollars. The European Central Bank publishes what a euro buys of each currency, on business days.
-- Which rate counts for a reading is decided in analysis/readings_in_usd.sql.

create or replace macro usd_of_unit(usd_per_eur, units_per_eur) as
    usd_per_eur / nullif(units_per_eur, 0);

comment on macro usd_of_unit is
    'US dollars for one unit of a currency, from what a euro buys of both on one day: usd_per_eur / units_per_eur. usd_of_unit(1.25, 150) = 0.008333.';

create or replace macro rate_holds(rate_day, price_day) as
    rate_day between price_day - 7 and price_day;

comment on macro rate_holds is
    'Whether a rate of exchange of one day counts for a price of another: the last business day on or before it, at most a week back. rate_holds(date ''2026-03-06'', date ''2026-03-08'') is true.';
