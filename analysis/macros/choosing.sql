-- How the tables choose where several observations say the same thing differently, and other small expressions that
-- many of them share. No formula lives here (formulas.sql) and no choice that a user makes (data/assumptions.toml).

create or replace macro mid(low, high) as
    (low + high) / 2;

comment on macro mid is
    'The middle of an interval: (low + high) / 2. mid(3500, 4200) = 3850.';

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
