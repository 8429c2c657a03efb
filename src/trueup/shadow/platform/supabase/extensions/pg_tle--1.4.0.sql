-- Packages are kept, so that they show as available; CREATE EXTENSION finds the ones that trueup
-- stands in for, and others only on a server with pg_tle itself.
create type pgtle.password_types as enum (
  'PASSWORD_TYPE_PLAINTEXT', 'PASSWORD_TYPE_MD5', 'PASSWORD_TYPE_SCRAM_SHA_256'
);
create type pgtle.pg_tle_features as enum ('passcheck', 'clientauth');
create type pgtle.clientauth_port_subset as (
  noblock boolean, remote_host text, remote_hostname text, remote_hostname_resolv integer,
  remote_hostname_errcode integer, database_name text, user_name text
);
create table pgtle.feature_info (
  feature pgtle.pg_tle_features,
  schema_name text,
  proname text,
  obj_identity text not null,
  constraint feature_info_pkey primary key (feature, schema_name, proname)
);
-- trueup's own: what the real one keeps as functions
create table pgtle._installed (
  name text, version text, comment text, requires text[], is_default boolean not null,
  primary key (name, version)
);
create table pgtle._paths (name text, source text, target text, primary key (name, source, target));

create function pgtle.install_extension(
  name text, version text, description text, ext text, requires text[] default null
) returns boolean language plpgsql set search_path to 'pgtle' as $$
begin
  if exists (select from pgtle._installed i where i.name = $1) then
    raise exception 'extension "%" already installed', $1 using errcode = 'duplicate_object';
  end if;
  insert into pgtle._installed values ($1, coalesce($2, ''), $3, $5, true);
  return true;
end
$$;
create function pgtle.install_extension_version_sql(name text, version text, ext text)
  returns boolean language plpgsql set search_path to 'pgtle' as $$
begin
  insert into pgtle._installed values ($1, $2, null, null, false);
  return true;
end
$$;
create function pgtle.install_update_path(name text, fromvers text, tovers text, ext text)
  returns boolean language plpgsql set search_path to 'pgtle' as $$
begin
  insert into pgtle._paths values ($1, $2, $3);
  return true;
end
$$;
create function pgtle.set_default_version(name text, version text)
  returns boolean language plpgsql set search_path to 'pgtle' as $$
begin
  update pgtle._installed i set is_default = i.version = $2 where i.name = $1;
  return true;
end
$$;
create function pgtle.uninstall_extension(extname text)
  returns boolean language plpgsql strict set search_path to 'pgtle' as $$
begin
  delete from pgtle._paths p where p.name = extname;
  delete from pgtle._installed i where i.name = extname;
  if not found then
    raise exception 'Extension % does not exist', extname using errcode = 'no_data_found';
  end if;
  return true;
end
$$;
create function pgtle.uninstall_extension(extname text, version text)
  returns boolean language plpgsql strict set search_path to 'pgtle' as $$
begin
  delete from pgtle._installed i where i.name = extname and i.version = $2;
  return true;
end
$$;
create function pgtle.uninstall_extension_if_exists(extname text)
  returns boolean language plpgsql strict set search_path to 'pgtle' as $$
begin
  delete from pgtle._paths p where p.name = extname;
  delete from pgtle._installed i where i.name = extname;
  return found;
end
$$;
create function pgtle.uninstall_update_path(extname text, fromvers text, tovers text)
  returns boolean language plpgsql strict set search_path to 'pgtle' as $$
begin
  delete from pgtle._paths p where (p.name, p.source, p.target) = ($1, $2, $3);
  if not found then
    raise exception 'Extension % does not exist', extname using errcode = 'no_data_found';
  end if;
  return true;
end
$$;
create function pgtle.uninstall_update_path_if_exists(extname text, fromvers text, tovers text)
  returns boolean language plpgsql strict set search_path to 'pgtle' as $$
begin
  delete from pgtle._paths p where (p.name, p.source, p.target) = ($1, $2, $3);
  return found;
end
$$;
create function pgtle.available_extensions(
  out name name, out default_version text, out comment text
) returns setof record language sql stable strict
  as 'select name::name, version, comment from pgtle._installed where is_default';
create function pgtle.available_extension_versions(
  out name name, out version text, out superuser boolean, out trusted boolean,
  out relocatable boolean, out schema name, out requires name[], out comment text
) returns setof record language sql stable strict as $$
  select name::name, version, false, false, false, null::name, requires::name[], comment
  from pgtle._installed
$$;
create function pgtle.extension_update_paths(
  name name, out source text, out target text, out path text
) returns setof record language sql stable strict as $$
  select source, target, source || '--' || target from pgtle._paths p where p.name = $1::text
$$;

create function pgtle.create_shell_type(typenamespace regnamespace, typename name)
  returns void language sql strict set search_path to 'pgtle' as 'select';
create function pgtle.create_shell_type_if_not_exists(typenamespace regnamespace, typename name)
  returns boolean language sql strict set search_path to 'pgtle' as 'select true';
create function pgtle.create_base_type(
  typenamespace regnamespace, typename name, infunc regprocedure, outfunc regprocedure,
  internallength integer, alignment text default 'int4', storage text default 'plain'
) returns void language sql strict set search_path to 'pgtle' as 'select';
create function pgtle.create_base_type_if_not_exists(
  typenamespace regnamespace, typename name, infunc regprocedure, outfunc regprocedure,
  internallength integer, alignment text default 'int4', storage text default 'plain'
) returns boolean language sql strict set search_path to 'pgtle' as 'select true';
create function pgtle.create_operator_func(
  typenamespace regnamespace, typename name, opfunc regprocedure
) returns void language sql strict set search_path to 'pgtle' as 'select';
create function pgtle.create_operator_func_if_not_exists(
  typenamespace regnamespace, typename name, opfunc regprocedure
) returns boolean language sql strict set search_path to 'pgtle' as 'select true';
create function pgtle.register_feature(proc regproc, feature pgtle.pg_tle_features)
  returns void language sql as 'select';
create function pgtle.register_feature_if_not_exists(
  proc regproc, feature pgtle.pg_tle_features
) returns boolean language sql as 'select true';
create function pgtle.unregister_feature(proc regproc, feature pgtle.pg_tle_features)
  returns void language sql as 'select';
create function pgtle.unregister_feature_if_exists(
  proc regproc, feature pgtle.pg_tle_features
) returns boolean language sql as 'select true';
create function pgtle.pg_tle_feature_info_sql_drop() returns event_trigger
  language plpgsql as 'begin end';

-- A role lives in the cluster, so one replay finds what another left.
do $$
begin
  if not exists (select from pg_roles where rolname = 'pgtle_admin') then
    create role pgtle_admin nologin;
  end if;
end
$$;
grant usage, create on schema pgtle to pgtle_admin;
grant usage on schema pgtle to public;
revoke execute on all functions in schema pgtle from public;
grant execute on all functions in schema pgtle to pgtle_admin;
grant execute on function pgtle.available_extensions, pgtle.available_extension_versions,
  pgtle.extension_update_paths, pgtle.pg_tle_feature_info_sql_drop to public;
grant select on all tables in schema pgtle to public;
grant insert, update, delete on all tables in schema pgtle to pgtle_admin;
