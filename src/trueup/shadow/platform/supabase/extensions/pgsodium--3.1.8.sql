-- Keys are rows without secrets; what would be encrypted stays as it is. Transparent column
-- encryption needs a security label provider, which only the real one brings: trueup passes over
-- SECURITY LABEL FOR pgsodium and says so.
do $$
declare
  r text;
begin
  foreach r in array array['pgsodium_keyiduser', 'pgsodium_keyholder', 'pgsodium_keymaker'] loop
    if not exists (select from pg_roles where rolname = r) then
      execute format('create role %I', r);
    end if;
  end loop;
end
$$;
grant pgsodium_keyiduser to pgsodium_keyholder, pgsodium_keymaker;
grant pgsodium_keyholder to pgsodium_keymaker;
create schema pgsodium_masks;
grant usage on schema pgsodium, pgsodium_masks to pgsodium_keyiduser;

create type pgsodium.key_status as enum ('default', 'valid', 'invalid', 'expired');
create type pgsodium.key_type as enum (
  'aead-ietf', 'aead-det', 'hmacsha512', 'hmacsha256', 'auth', 'shorthash', 'generichash', 'kdf',
  'secretbox', 'secretstream', 'stream_xchacha20'
);
create type pgsodium._key_id_context as (key_id bigint, key_context bytea);
create type pgsodium.crypto_box_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_kx_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_kx_session as (rx bytea, tx bytea);
create type pgsodium.crypto_sign_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_signcrypt_keypair as (public bytea, secret bytea);
create type pgsodium.crypto_signcrypt_state_key as (state bytea, shared_key bytea);

create sequence pgsodium.key_key_id_seq;
create table pgsodium.key (
  id uuid default gen_random_uuid() primary key,
  status pgsodium.key_status default 'valid',
  created timestamptz default current_timestamp not null,
  expires timestamptz,
  key_type pgsodium.key_type,
  key_id bigint default nextval('pgsodium.key_key_id_seq'),
  key_context bytea default 'pgsodium' check (length(key_context) = 8),
  name text,
  associated_data text default 'associated',
  raw_key bytea,
  raw_key_nonce bytea,
  parent_key uuid references pgsodium.key (id),
  comment text,
  user_data text,
  constraint pgsodium_key_unique_name unique (name),
  constraint pgsodium_raw check (
    case when raw_key is not null
      then key_id is null and key_context is null and parent_key is not null
      else key_id is not null and key_context is not null and parent_key is null
    end
  )
);
alter sequence pgsodium.key_key_id_seq owned by pgsodium.key.key_id;
create unique index key_key_id_key_context_key_type_idx
  on pgsodium.key (key_id, key_context, key_type);
create index key_status_idx on pgsodium.key (status) where status in ('valid', 'default');
create unique index key_status_idx1 on pgsodium.key (status) where status = 'default';

create view pgsodium.valid_key as
  select id, name, status, key_type, key_id, key_context, created, expires, associated_data
  from pgsodium.key
  where status in ('valid', 'default') and (expires is null or expires > now());
create view pgsodium.decrypted_key as
  select id, status, created, expires, key_type, key_id, key_context, name, associated_data,
    raw_key, raw_key as decrypted_raw_key, raw_key_nonce, parent_key, comment
  from pgsodium.key;
create view pgsodium.masking_rule as
  select null::oid as attrelid, null::integer as attnum, null::regnamespace as relnamespace,
    null::name as relname, null::name as attname, null::text as format_type,
    null::text as col_description, null::text as key_id_column, null::text as key_id,
    null::text as associated_columns, null::text as nonce_column, null::text as view_name,
    null::integer as priority, null::boolean as security_invoker
  where false;
create view pgsodium.mask_columns as
  select attname, attrelid, key_id, key_id_column, associated_columns, nonce_column, format_type
  from pgsodium.masking_rule;

create function pgsodium.create_key(
  key_type pgsodium.key_type default 'aead-det', name text default null,
  raw_key bytea default null, raw_key_nonce bytea default null, parent_key uuid default null,
  key_context bytea default 'pgsodium', expires timestamptz default null,
  associated_data text default ''
) returns pgsodium.valid_key language plpgsql security definer set search_path to '' as $$
declare
  made uuid;
  found pgsodium.valid_key;
begin
  insert into pgsodium.key (key_type, name, key_context, expires, associated_data)
  values ($1, $2, $6, $7, $8) returning id into made;
  select * into found from pgsodium.valid_key v where v.id = made;
  return found;
end
$$;
create function pgsodium.get_key_by_id(uuid) returns pgsodium.valid_key
  language sql security definer set search_path to ''
  as 'select * from pgsodium.valid_key where id = $1';
create function pgsodium.get_key_by_name(text) returns pgsodium.valid_key
  language sql security definer set search_path to ''
  as 'select * from pgsodium.valid_key where name = $1';
create function pgsodium.get_named_keys(filter text default '%') returns setof pgsodium.valid_key
  language sql security definer set search_path to ''
  as 'select * from pgsodium.valid_key where name is not null and name ilike filter';

create function pgsodium.randombytes_random() returns integer
  language sql as 'select 0';
create function pgsodium.randombytes_uniform(upper_bound integer) returns integer
  language sql as 'select 0';
create function pgsodium.randombytes_buf(size integer) returns bytea
  language sql as $$ select decode(repeat('00', size), 'hex') $$;
create function pgsodium.crypto_secretbox_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_secretbox_noncegen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_secretbox(message bytea, nonce bytea, key bytea) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_secretbox_open(ciphertext bytea, nonce bytea,
  key bytea) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_auth(message bytea, key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_auth_verify(mac bytea, message bytea, key bytea) returns boolean
  language sql immutable as 'select true';
create function pgsodium.crypto_auth_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_generichash(message bytea, key bytea default null) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_shorthash(message bytea, key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_box_noncegen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_box(message bytea, nonce bytea, public bytea,
  secret bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_box_open(ciphertext bytea, nonce bytea, public bytea,
  secret bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign(message bytea, key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign_open(signed_message bytea, key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign_detached(message bytea, key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign_verify_detached(sig bytea, message bytea,
  key bytea) returns boolean
  language sql immutable as 'select null::boolean';
create function pgsodium.crypto_pwhash_saltgen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_pwhash(password bytea, salt bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_pwhash_str(password bytea) returns bytea
  language sql as 'select null::bytea';
create function pgsodium.crypto_pwhash_str_verify(hashed_password bytea,
  password bytea) returns boolean
  language sql immutable as 'select true';
create function pgsodium.crypto_box_seal(message bytea, public_key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_box_seal_open(ciphertext bytea, public_key bytea,
  secret_key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_kdf_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_kx_new_keypair() returns pgsodium.crypto_kx_keypair
  language sql as 'select null::pgsodium.crypto_kx_keypair';
create function pgsodium.crypto_kx_new_seed() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_kx_seed_new_keypair(seed bytea) returns pgsodium.crypto_kx_keypair
  language sql immutable strict as 'select null::pgsodium.crypto_kx_keypair';
create function pgsodium.crypto_kx_client_session_keys(client_pk bytea, client_sk bytea,
  server_pk bytea) returns pgsodium.crypto_kx_session
  language sql as 'select null::pgsodium.crypto_kx_session';
create function pgsodium.crypto_kx_server_session_keys(server_pk bytea, server_sk bytea,
  client_pk bytea) returns pgsodium.crypto_kx_session
  language sql as 'select null::pgsodium.crypto_kx_session';
create function pgsodium.crypto_auth_hmacsha512_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_auth_hmacsha512(message bytea, secret bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha512_verify(hash bytea, message bytea,
  secret bytea) returns boolean
  language sql immutable as 'select true';
create function pgsodium.randombytes_new_seed() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.randombytes_buf_deterministic(size integer, seed bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign_init() returns bytea
  language sql immutable strict as 'select null::bytea';
create function pgsodium.crypto_sign_update(state bytea, message bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign_final_create(state bytea, key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign_final_verify(state bytea, signature bytea,
  key bytea) returns boolean
  language sql immutable as 'select true';
create function pgsodium.crypto_sign_update_agg1(state bytea, message bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_sign_update_agg2(cur_state bytea, initial_state bytea,
  message bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_box_new_keypair() returns pgsodium.crypto_box_keypair
  language sql as 'select null::pgsodium.crypto_box_keypair';
create function pgsodium.crypto_sign_new_keypair() returns pgsodium.crypto_sign_keypair
  language sql as 'select null::pgsodium.crypto_sign_keypair';
create function pgsodium.crypto_box_new_seed() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_box_seed_new_keypair(seed bytea)
  returns pgsodium.crypto_box_keypair
  language sql immutable as 'select null::pgsodium.crypto_box_keypair';
create function pgsodium.crypto_sign_new_seed() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_sign_seed_new_keypair(seed bytea)
  returns pgsodium.crypto_sign_keypair
  language sql immutable as 'select null::pgsodium.crypto_sign_keypair';
create function pgsodium.pgsodium_derive(key_id bigint, key_len integer default 32,
  context bytea default decode('pgsodium', 'escape')) returns bytea
  language sql as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha256_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_auth_hmacsha256(message bytea, secret bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha256_verify(hash bytea, message bytea,
  secret bytea) returns boolean
  language sql immutable as 'select true';
create function pgsodium.crypto_hash_sha256(message bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_hash_sha512(message bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_kdf_derive_from_key(subkey_size bigint, subkey_id bigint,
  context bytea, primary_key bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.derive_key(key_id bigint, key_len integer default 32,
  context bytea default 'pgsodium') returns bytea
  language sql as 'select null::bytea';
create function pgsodium.crypto_shorthash_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_generichash_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_secretbox(message bytea, nonce bytea, key_id bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_secretbox_open(message bytea, nonce bytea, key_id bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_auth(message bytea, key_id bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_auth_verify(mac bytea, message bytea, key_id bigint,
  context bytea default 'pgsodium') returns boolean
  language sql immutable as 'select true';
create function pgsodium.crypto_aead_ietf_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_aead_ietf_noncegen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_aead_ietf_encrypt(message bytea, additional bytea, nonce bytea,
  key bytea) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_aead_ietf_decrypt(message bytea, additional bytea, nonce bytea,
  key bytea) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_aead_ietf_encrypt(message bytea, additional bytea, nonce bytea,
  key_id bigint, context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_aead_ietf_decrypt(message bytea, additional bytea, nonce bytea,
  key_id bigint, context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_secretstream_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_stream_xchacha20_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_stream_xchacha20_noncegen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_stream_xchacha20(bigint, bytea, bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_stream_xchacha20_xor(bytea, bytea, bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_stream_xchacha20_xor_ic(bytea, bytea, bigint, bytea) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_stream_xchacha20(bigint, bytea, bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_stream_xchacha20_xor(bytea, bytea, bigint,
  context bytea default '\x70676f736469756d') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_stream_xchacha20_xor_ic(bytea, bytea, bigint, bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_cmp(text, text) returns boolean
  language sql immutable strict as 'select null::boolean';
create function pgsodium.crypto_generichash(message bytea, key bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_shorthash(message bytea, key bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha512(message bytea, key_id bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha512_verify(hash bytea, message bytea,
  key_id bigint, context bytea default 'pgsodium') returns boolean
  language sql immutable as 'select true';
create function pgsodium.crypto_auth_hmacsha256(message bytea, key_id bigint,
  context bytea default 'pgsodium') returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha256_verify(hash bytea, message bytea,
  key_id bigint, context bytea default 'pgsodium') returns boolean
  language sql immutable as 'select true';
create function pgsodium.crypto_aead_det_keygen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea, key bytea,
  nonce bytea default null) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_aead_det_decrypt(ciphertext bytea, additional bytea, key bytea,
  nonce bytea default null) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea,
  key_id bigint, context bytea default 'pgsodium', nonce bytea default null) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea,
  key_id bigint, context bytea default 'pgsodium', nonce bytea default null) returns bytea
  language sql immutable as 'select $1';
create function pgsodium.crypto_signcrypt_new_keypair() returns pgsodium.crypto_signcrypt_keypair
  language sql as 'select null::pgsodium.crypto_signcrypt_keypair';
create function pgsodium.crypto_signcrypt_sign_before(sender bytea, recipient bytea,
  sender_sk bytea, recipient_pk bytea,
  additional bytea) returns pgsodium.crypto_signcrypt_state_key
  language sql as 'select null::pgsodium.crypto_signcrypt_state_key';
create function pgsodium.crypto_signcrypt_sign_after(state bytea, sender_sk bytea,
  ciphertext bytea) returns bytea
  language sql as 'select null::bytea';
create function pgsodium.crypto_signcrypt_verify_before(signature bytea, sender bytea,
  recipient bytea, additional bytea, sender_pk bytea,
  recipient_sk bytea) returns pgsodium.crypto_signcrypt_state_key
  language sql as 'select null::pgsodium.crypto_signcrypt_state_key';
create function pgsodium.crypto_signcrypt_verify_after(state bytea, signature bytea,
  sender_pk bytea, ciphertext bytea) returns boolean
  language sql as 'select null::boolean';
create function pgsodium.crypto_signcrypt_verify_public(signature bytea, sender bytea,
  recipient bytea, additional bytea, sender_pk bytea, ciphertext bytea) returns boolean
  language sql as 'select null::boolean';
create function pgsodium.sodium_bin2base64(bin bytea) returns text
  language sql immutable as 'select null::text';
create function pgsodium.sodium_base642bin(base64 text) returns bytea
  language sql immutable as 'select null::bytea';
create function pgsodium.version() returns text
  language sql as 'select null::text';
create function pgsodium.crypto_aead_det_noncegen() returns bytea
  language sql as $$ select decode(repeat('00', 32), 'hex') $$;
create function pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea,
  key_uuid uuid) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea,
  key_uuid uuid) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.crypto_aead_det_encrypt(message bytea, additional bytea,
  key_uuid uuid, nonce bytea) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.crypto_aead_det_decrypt(message bytea, additional bytea,
  key_uuid uuid, nonce bytea) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.crypto_aead_ietf_encrypt(message bytea, additional bytea, nonce bytea,
  key_uuid uuid) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.crypto_aead_ietf_decrypt(message bytea, additional bytea, nonce bytea,
  key_uuid uuid) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.has_mask(role regrole, source_name text) returns boolean
  language sql as 'select null::boolean';
create function pgsodium.mask_columns(source_relid oid) returns table (attname name,
  key_id text, key_id_column text, associated_column text, nonce_column text, format_type text)
  language plpgsql as 'begin end';
create function pgsodium.decrypted_columns(relid oid) returns text
  language sql as 'select null::text';
create function pgsodium.encrypted_columns(relid oid) returns text
  language sql as 'select null::text';
create function pgsodium.create_mask_view(relid oid, debug boolean default false) returns void
  language sql as 'select';
create function pgsodium.trg_mask_update() returns event_trigger
  language plpgsql as 'begin end';
create function pgsodium.mask_role(masked_role regrole, source_name text,
  view_name text) returns void
  language sql security definer as 'select';
create function pgsodium.crypto_auth_hmacsha256(message bytea, key_uuid uuid) returns bytea
  language sql stable security definer as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha256_verify(signature bytea, message bytea,
  key_uuid uuid) returns boolean
  language sql stable security definer as 'select true';
create function pgsodium.crypto_auth_hmacsha512(message bytea, key_uuid uuid) returns bytea
  language sql stable security definer as 'select null::bytea';
create function pgsodium.crypto_auth_hmacsha512_verify(signature bytea, message bytea,
  key_uuid uuid) returns boolean
  language sql stable security definer as 'select true';
create function pgsodium.crypto_auth(message bytea, key_uuid uuid) returns bytea
  language sql stable security definer as 'select null::bytea';
create function pgsodium.crypto_auth_verify(mac bytea, message bytea,
  key_uuid uuid) returns boolean
  language sql stable security definer as 'select true';
create function pgsodium.crypto_shorthash(message bytea, key_uuid uuid) returns bytea
  language sql stable security definer as 'select null::bytea';
create function pgsodium.crypto_generichash(message bytea, key_uuid uuid) returns bytea
  language sql stable security definer as 'select null::bytea';
create function pgsodium.crypto_kdf_derive_from_key(subkey_size integer, subkey_id bigint,
  context bytea, primary_key uuid) returns bytea
  language sql stable strict security definer as 'select null::bytea';
create function pgsodium.crypto_secretbox(message bytea, nonce bytea, key_uuid uuid) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.crypto_secretbox_open(message bytea, nonce bytea,
  key_uuid uuid) returns bytea
  language sql stable security definer as 'select $1';
create function pgsodium.quote_assoc(text, boolean default false) returns text
  language sql as 'select null::text';
create function pgsodium.create_mask_view(relid oid, subid integer,
  debug boolean default false) returns void
  language sql as 'select';
create function pgsodium.enable_security_label_trigger() returns void
  language sql security definer as 'select';
create function pgsodium.disable_security_label_trigger() returns void
  language sql security definer as 'select';
create function pgsodium.update_mask(target oid, debug boolean default false) returns void
  language sql security definer as 'select';
create function pgsodium.update_masks(debug boolean default false) returns void
  language sql as 'select';
create function pgsodium.encrypted_column(relid oid, m record) returns text
  language plpgsql as 'begin return null; end';

select pg_catalog.pg_extension_config_dump('pgsodium.key', '');
select pg_catalog.pg_extension_config_dump('pgsodium.key_key_id_seq', '');
