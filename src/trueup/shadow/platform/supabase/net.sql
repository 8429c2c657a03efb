-- The CLI gives every local project pg_net together with webhooks, a fresh hosted project hasn't got
-- it, and migrations are written for either: some create the extension, some call net.http_post
-- without. So schema net is there, not yet owned by an extension; CREATE EXTENSION pg_net takes it
-- over and DROP EXTENSION IF EXISTS passes. Sources: see SOURCES.md, "net.sql".
set role supabase_admin;
create extension pg_net with schema extensions;
do $$
declare
  member text;
begin
  for member in
    select o.type || ' ' || o.identity
    from pg_depend d, pg_identify_object(d.classid, d.objid, d.objsubid) o
    where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
      and d.refobjid = (select oid from pg_extension where extname = 'pg_net')
      -- from 17 on, array and row types are members too, and follow what they belong to
      and (d.classid <> 'pg_type'::regclass or d.objid in (
        select t.oid from pg_type t left join pg_class c on c.oid = t.typrelid
        where t.typtype in ('d', 'e') or c.relkind = 'c'
      ))
  loop
    execute 'alter extension pg_net drop ' || member;
  end loop;
end
$$;
drop extension pg_net;
reset role;
