-- Shown to whoever presents its id, by a policy of its own; the tenant comes out of it.
select
    api_key.tenant_id,
    api_key.user_id,
    api_key.scopes,
    api_key.secret_hmac,
    api_key.pepper_version,
    api_key.expire_time,
    api_key.revoke_time
from api_key
where api_key.key_id = %(key_id)s
