-- What is the answer of the report: which system for which class of models, own or rent, and by how much?
-- Every figure of the first page is a column here. rank 1 is the cheapest; verdict compares the same tokens; the columns that
-- begin with hourly_ are the second view, hour against hour. Add `where scenario_id = 'heavy'` for other hours of use.
from answers
where rank is not null
order by class_from_b, hours_per_week, rank;
