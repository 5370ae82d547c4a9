-- The tables were rewritten: of whom no row was left at the beginning, the data files hold nothing either.
update erased_user
set compact_time = %(now)s
where erased_user.purge_time < %(started)s
    and erased_user.compact_time is null
returning erased_user.user_hash
