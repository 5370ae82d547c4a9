-- Once only.
update invitation
set accept_time = %(now)s
where invitation.tenant_id = %(tenant_id)s
    and invitation.invitation_id = %(invitation_id)s
    and invitation.accept_time is null
    and invitation.expire_time > %(now)s
returning invitation.role, invitation.user_id
