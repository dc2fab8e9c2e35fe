-- What a draw asks of a room: current, the circuit breaker that carries it, and the heat to take away. They read no table.

create or replace macro amps(watts, volts) as
    watts / nullif(volts, 0);

comment on macro amps is
    'Current, A: watts / volts. amps(1800, 120) = 15.';

create or replace macro circuit_w(circuit_a, volts, continuous_fraction := 0.8) as
    circuit_a * volts * continuous_fraction;

comment on macro circuit_w is
    'Watts that a circuit carries for hours: circuit_a * volts * continuous_fraction. circuit_w(15, 120) = 1440.';

create or replace macro breaker_a(watts, volts, continuous_fraction := 0.8) as
    list_min(list_filter([15, 20, 30, 40, 50, 60], lambda size: circuit_w(size, volts, continuous_fraction) >= watts));

comment on macro breaker_a is
    'Smallest common North American circuit breaker, A, that carries a continuous load: the first of 15, 20, 30, 40, 50, 60 with breaker * volts * continuous_fraction >= watts; NULL if none does. breaker_a(1600, 120) = 20.';

create or replace macro btu_per_hour(watts) as
    watts * 3.412;

comment on macro btu_per_hour is
    'Heat to take away, BTU/h: watts * 3.412, as one watt for an hour is 3.412 British thermal units. btu_per_hour(1000) = 3412.';

create or replace macro hours_of_week(hours) as
    case
        when hours is null then 168
        else list_sum(list_transform(
            string_split_regex(lower(hours), '[;,]'),
            lambda span:
                -- days: Mon-Fri are five, one name is one, none are all
                coalesce(
                    (
                        list_position(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], nullif(regexp_extract(span, '([a-z]{3})[a-z]*\s*-\s*[a-z]{3}', 1), '')) * -1
                        + list_position(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], nullif(regexp_extract(span, '[a-z]{3}[a-z]*\s*-\s*([a-z]{3})', 1), ''))
                        + 7
                    ) % 7 + 1,
                    case when regexp_matches(span, '(?:mon|tue|wed|thu|fri|sat|sun)') then 1 else 7 end
                )
                -- hours: 23-07 wraps midnight, none are all
                * coalesce(
                    (
                        nullif(regexp_extract(span, '[0-9]{1,2}(?::?[0-9]{2})?\s*-\s*([0-9]{1,2})', 1), '')::integer
                        - nullif(regexp_extract(span, '([0-9]{1,2})(?::?[0-9]{2})?\s*-\s*[0-9]{1,2}', 1), '')::integer
                        + 23
                    ) % 24 + 1,
                    24
                )
        ))
    end;

comment on macro hours_of_week is
    'Hours of a week that a tariff holds, from how a source writes them: days by their names, hours as 07-23, several spans joined by commas; all 168 where nothing is written. hours_of_week(''Mon-Fri 07-23'') = 80.';
