-- For this transaction: its commit does not wait for the disk. What a crash takes back is only whose turn
-- it is: the job is begun again, as if its worker had died.
select set_config('synchronous_commit', 'off', true)
