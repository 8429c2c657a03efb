-- The functions that grants and wrappers name; every query is answered with an empty result. The
-- real one's event triggers, which count schema versions, are left out.
create sequence graphql.seq_schema_version as integer cycle;
create function graphql.increment_schema_version() returns event_trigger
  language plpgsql security definer as 'begin end';
create function graphql.get_schema_version() returns integer
  language sql security definer as 'select last_value::integer from graphql.seq_schema_version';
create function graphql.comment_directive(comment_ text) returns jsonb
  language sql immutable as $$
  select coalesce(substring(comment_ from '@graphql\((.+)\)')::jsonb, '{}')
$$;
create function graphql.exception(message text) returns text language plpgsql as $$
begin
  raise exception using errcode = '22000', message = message;
end
$$;
create function graphql._internal_resolve(
  query text, variables jsonb default '{}', "operationName" text default null,
  extensions jsonb default null
) returns jsonb language sql as $$ select '{"data": null}'::jsonb $$;
create function graphql.resolve(
  query text, variables jsonb default '{}', "operationName" text default null,
  extensions jsonb default null
) returns jsonb language plpgsql as $$
begin
  return '{"data": null}';
end
$$;
