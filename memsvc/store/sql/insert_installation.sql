insert into installation (secret_key, create_time)
values (%(secret_key)s, %(now)s)
on conflict (only_row) do nothing
