-- How the tables choose where several observations say the same thing differently, and other small expressions that
-- many of them share. No formula lives here (formulas.sql) and no choice that a user makes (data/assumptions.toml).

create or replace macro mid(low, high) as
    (low + high) / 2;

comment on macro mid is
    'The middle of an interval: (low + high) / 2. mid(3500, 4200) = 3850.';

create or replace macro age_days(day, counted_from) as
    case when day > counted_from then 0 else date_diff('day', day, counted_from) end;

comment on macro age_days is
    'Days from one day to the day that ages count from; 0 for a later one. age_days(date ''2026-03-01'', date ''2026-03-11'') = 10.';

create or replace macro reasons(first, second := null, third := null) as
    nullif(concat_ws('; ', first, second, third), '');

comment on macro reasons is
    'Reasons in words, the NULL ones left out; NULL if none is left. reasons(NULL, ''no price'') = ''no price''.';

create or replace macro evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, observation_id) as
    row(
        is_derived,
        0 - coalesce(date_diff('day', date '2000-01-01', observed_on), 0),
        date_basis <> 'explicit',
        bound is not null,
        is_approximate,
        observation_id
    );

comment on macro evidence_order is
    'Sorts observations, the best first: measured or stated before derived, newer before older, a day of its own before the document''s, a figure before a bound, exact before approximate.';

create or replace macro evidence_word(basis) as
    case basis when 'theoretical' then 'modelled' else basis end;

comment on macro evidence_word is
    'What a speed rests on, in one word: measured, reported, expected, target or modelled. evidence_word(''theoretical'') is modelled.';

create or replace macro evidence_rank(basis) as
    list_position(['measured', 'reported', 'expected', 'target', 'modelled'], evidence_word(basis));

comment on macro evidence_rank is
    'Place of the evidence of a speed, the best first: measured 1, reported 2, expected 3, target 4, modelled 5. evidence_rank(''expected'') = 3.';

create or replace macro cell_text(raw_text) as
    '“' || raw_text || '”';

comment on macro cell_text is
    'The text of a cell as a quotation. cell_text(''~$3,500'') is “~$3,500”.';

create or replace macro cell_place(raw_file, raw_row, raw_column) as
    raw_file || ', row ' || raw_row || ', ' || raw_column;

comment on macro cell_place is
    'Where a cell is: file, row and column in words. cell_place(''prices.csv'', 3, ''usd'') is prices.csv, row 3, usd.';

create or replace macro is_one_figure(one, other, tolerance) as
    greatest(one, other) <= least(one, other) * (1 + tolerance);

comment on macro is_one_figure is
    'Whether two figures above zero are the same but for rounding: the larger exceeds the smaller by no more than a part of it. is_one_figure(1000, 1008, 0.01) is true.';

create or replace macro is_same_reading(low, high, other_low, other_high, unit, tolerance) as
    (low = other_low and high = other_high)
    or (is_one_figure(low, other_low, tolerance) and is_one_figure(high, other_high, tolerance))
    -- GiB are written as GB
    or (
        unit = 'GB'
        and greatest(low, other_low) = greatest(high, other_high)
        and is_one_figure(greatest(low, other_low), least(low, other_low) * 1.073741824, 0.001)
        and is_one_figure(greatest(high, other_high), least(high, other_high) * 1.073741824, 0.001)
    );

comment on macro is_same_reading is
    'Whether two readings are one figure: equal, a rounding of each other at both ends, or one in GB and one in GiB that was written as GB. is_same_reading(24, 24, 25.77, 25.77, ''GB'', 0.01) is true.';
