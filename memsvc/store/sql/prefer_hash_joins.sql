-- For the rest of the transaction. A user's rows are many or few, and without statistics the planner
-- takes them for one: its nested loops would then be quadratic, a hash join never is.
select set_config('enable_nestloop', 'off', true)
