-- Tickets of jobs that are gone with their user. They name the tenant, not the user.
delete from procrastinate_jobs as ticket
where ticket.lock = %(lock)s and ticket.args ->> 'tenant_id' = %(tenant)s
