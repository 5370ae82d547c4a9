-- For the length of a connection. A ticket that is lost in a crash is issued again, so that none has to
-- wait for the disk.
select set_config('synchronous_commit', 'off', false)
