-- Jobs are kept, as the real one keeps them, and never run.
create schema cron;
create sequence cron.jobid_seq;
create sequence cron.runid_seq;
create table cron.job (
  jobid bigint default nextval('cron.jobid_seq') primary key,
  schedule text not null,
  command text not null,
  nodename text default 'localhost' not null,
  nodeport integer default inet_server_port(),
  database text default current_database() not null,
  username text default current_user not null,
  active boolean default true not null,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);
-- A shadow may be reached over a socket only, where inet_server_port() is null.
alter table cron.job alter nodeport set default coalesce(inet_server_port(), 5432);
alter table cron.job alter nodeport set not null;
create table cron.job_run_details (
  jobid bigint,
  runid bigint default nextval('cron.runid_seq') primary key,
  job_pid integer,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);
alter table cron.job enable row level security;
alter table cron.job_run_details enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);
grant select on cron.job, cron.job_run_details to public;
grant delete on cron.job_run_details to public;
grant select on sequence cron.jobid_seq, cron.runid_seq to public;

create function cron.schedule(schedule text, command text) returns bigint
  language plpgsql strict as $$
declare
  made bigint;
begin
  insert into cron.job as j (schedule, command) values ($1, $2) returning j.jobid into made;
  return made;
end
$$;
-- A job of the same name and user is replaced and keeps its number.
create function cron.schedule(job_name text, schedule text, command text) returns bigint
  language plpgsql as $$
declare
  made bigint;
begin
  insert into cron.job as j (jobname, schedule, command) values ($1, $2, $3)
  on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command
  returning j.jobid into made;
  return made;
end
$$;
create function cron.schedule_in_database(
  job_name text, schedule text, command text, database text, username text default null,
  active boolean default true
) returns bigint language plpgsql as $$
declare
  made bigint;
begin
  insert into cron.job as j (jobname, schedule, command, database, username, active)
  values ($1, $2, $3, $4, coalesce($5, current_user), $6)
  on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command,
      database = excluded.database, active = excluded.active
  returning j.jobid into made;
  return made;
end
$$;
create function cron.unschedule(job_id bigint) returns boolean
  language plpgsql strict as $$
begin
  delete from cron.job where jobid = job_id;
  if not found then
    raise exception 'could not find valid entry for job %', job_id;
  end if;
  return true;
end
$$;
create function cron.unschedule(job_name text) returns boolean
  language plpgsql strict as $$
begin
  delete from cron.job where jobname = job_name and username = current_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_name;
  end if;
  return true;
end
$$;
create function cron.alter_job(
  job_id bigint, schedule text default null, command text default null,
  database text default null, username text default null, active boolean default null
) returns void language plpgsql as $$
begin
  update cron.job j set
    schedule = coalesce($2, j.schedule), command = coalesce($3, j.command),
    database = coalesce($4, j.database), username = coalesce($5, j.username),
    active = coalesce($6, j.active)
  where j.jobid = job_id;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', job_id;
  end if;
end
$$;
create function cron.job_cache_invalidate() returns trigger
  language plpgsql as 'begin return null; end';
create trigger cron_job_cache_invalidate
  after insert or update or delete or truncate on cron.job
  for each statement execute function cron.job_cache_invalidate();
revoke all on function cron.alter_job(bigint, text, text, text, text, boolean) from public;
revoke all on function cron.schedule_in_database(text, text, text, text, text, boolean) from public;
select pg_catalog.pg_extension_config_dump('cron.job', '');
select pg_catalog.pg_extension_config_dump('cron.jobid_seq', '');
select pg_catalog.pg_extension_config_dump('cron.job_run_details', '');
select pg_catalog.pg_extension_config_dump('cron.runid_seq', '');
