-- Read by the two statements that follow, which cannot take parameters.
select set_config('memsvc.application_role', %(role)s, false) as role
