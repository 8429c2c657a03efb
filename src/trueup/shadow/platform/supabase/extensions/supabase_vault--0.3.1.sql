-- Secrets are kept in base64 instead of encrypted: a shadow's secrets are nobody's.
create function vault._crypto_aead_det_encrypt(
  message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium',
  nonce bytea default null
) returns bytea language sql immutable as 'select message';
create function vault._crypto_aead_det_decrypt(
  message bytea, additional bytea, key_id bigint, context bytea default 'pgsodium',
  nonce bytea default null
) returns bytea language sql immutable as 'select message';
create function vault._crypto_aead_det_noncegen() returns bytea
  language sql immutable as $$ select decode(repeat('00', 16), 'hex') $$;

create table vault.secrets (
  id uuid default gen_random_uuid() primary key,
  name text,
  description text default '' not null,
  secret text not null,
  key_id uuid,
  nonce bytea default vault._crypto_aead_det_noncegen(),
  created_at timestamptz default current_timestamp not null,
  updated_at timestamptz default current_timestamp not null
);
create unique index secrets_name_idx on vault.secrets (name) where name is not null;

create view vault.decrypted_secrets as
  select id, name, description, secret,
    convert_from(vault._crypto_aead_det_decrypt(
      decode(secret, 'base64'), convert_to(id::text, 'utf8'), 0, 'pgsodium', nonce
    ), 'utf8') as decrypted_secret,
    key_id, nonce, created_at, updated_at
  from vault.secrets;

create function vault.create_secret(
  new_secret text, new_name text default null, new_description text default '',
  new_key_id uuid default null
) returns uuid language plpgsql security definer set search_path to '' as $$
declare
  made uuid;
begin
  insert into vault.secrets (secret, name, description)
  values (encode(convert_to(new_secret, 'utf8'), 'base64'), new_name, new_description)
  returning id into made;
  return made;
end
$$;
create function vault.update_secret(
  secret_id uuid, new_secret text default null, new_name text default null,
  new_description text default null, new_key_id uuid default null
) returns void language plpgsql security definer set search_path to '' as $$
begin
  update vault.secrets set
    secret = coalesce(encode(convert_to(new_secret, 'utf8'), 'base64'), secret),
    name = coalesce(new_name, name),
    description = coalesce(new_description, description),
    updated_at = now()
  where id = secret_id;
end
$$;
revoke all on function vault._crypto_aead_det_encrypt, vault._crypto_aead_det_decrypt,
  vault._crypto_aead_det_noncegen, vault.create_secret, vault.update_secret from public;
select pg_catalog.pg_extension_config_dump('vault.secrets', '');
