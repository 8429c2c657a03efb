-- From PostgreSQL 16 on, CREATEROLE alone no longer lets postgres hand out other roles, so it holds
-- these with the admin option. Sources: see SOURCES.md, "roles-16.sql".
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;
grant pg_create_subscription to postgres;
