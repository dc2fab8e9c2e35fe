-- How far a figure moved. The tables of what changed use it; what counts as a change they say themselves.

create or replace macro percent_change(before, after) as
    (after - before) / nullif(before, 0) * 100;

comment on macro percent_change is
    'Change in percent of the figure before: (after - before) / before * 100. NULL where it was 0. percent_change(2000, 2500) = 25.';
