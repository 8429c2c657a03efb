-- Digests that the server has are real; SHA-1, HMAC, passwords and encryption give values of the
-- right form that only this stand-in understands. Good enough for rows that a migration inserts.
create function digest(bytea, text) returns bytea language sql immutable strict parallel safe as $$
  select case lower($2)
    when 'md5' then decode(md5($1), 'hex')
    when 'sha224' then sha224($1)
    when 'sha256' then sha256($1)
    when 'sha384' then sha384($1)
    when 'sha512' then sha512($1)
    else substr(sha256($1), 1, 20)
  end
$$;
create function digest(text, text) returns bytea language sql immutable strict parallel safe as $$
  select case lower($2)
    when 'md5' then decode(md5($1), 'hex')
    when 'sha224' then sha224(convert_to($1, 'UTF8'))
    when 'sha256' then sha256(convert_to($1, 'UTF8'))
    when 'sha384' then sha384(convert_to($1, 'UTF8'))
    when 'sha512' then sha512(convert_to($1, 'UTF8'))
    else substr(sha256(convert_to($1, 'UTF8')), 1, 20)
  end
$$;
create function hmac(bytea, bytea, text) returns bytea
  language sql immutable strict parallel safe as $$
  select case lower($3) when 'sha512' then sha512($2 || $1) when 'sha384' then sha384($2 || $1)
    else sha256($2 || $1) end
$$;
create function hmac(text, text, text) returns bytea
  language sql immutable strict parallel safe as $$
  select case lower($3) when 'sha512' then sha512(convert_to($2 || $1, 'UTF8'))
    when 'sha384' then sha384(convert_to($2 || $1, 'UTF8'))
    else sha256(convert_to($2 || $1, 'UTF8')) end
$$;
-- crypt(word, crypt(word, salt)) gives the same again, as the real one does.
create function crypt(text, text) returns text language sql immutable strict parallel safe as $$
  select salt || md5($1 || salt)
  from left($2, case when $2 like '$2%' then 29 when $2 like '$1$%' then 11 else 2 end) salt
$$;
create function gen_salt(text) returns text language sql volatile strict parallel safe as $$
  select case $1 when 'bf' then '$2a$06$' || left(md5(gen_random_uuid()::text), 22)
    when 'md5' then '$1$' || left(md5(gen_random_uuid()::text), 8)
    else left(md5(gen_random_uuid()::text), 2) end
$$;
create function gen_salt(text, integer) returns text language sql volatile strict parallel safe as $$
  select case $1 when 'bf' then '$2a$' || lpad($2::text, 2, '0') || '$' || left(md5(gen_random_uuid()::text), 22)
    when 'md5' then '$1$' || left(md5(gen_random_uuid()::text), 8)
    else left(md5(gen_random_uuid()::text), 2) end
$$;
create function gen_random_bytes(integer) returns bytea
  language sql volatile strict parallel safe as $$
  select substr(string_agg(uuid_send(gen_random_uuid()), ''), 1, $1)
  from generate_series(1, greatest($1 / 16 + 1, 1))
$$;
create function gen_random_uuid() returns uuid language sql volatile parallel safe
  as $$ select pg_catalog.gen_random_uuid() $$;
create function encrypt(bytea, bytea, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function decrypt(bytea, bytea, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function encrypt_iv(bytea, bytea, bytea, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function decrypt_iv(bytea, bytea, bytea, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function pgp_sym_encrypt(text, text) returns bytea
  language sql volatile strict parallel safe as $$ select convert_to($1, 'UTF8') $$;
create function pgp_sym_encrypt(text, text, text) returns bytea
  language sql volatile strict parallel safe as $$ select convert_to($1, 'UTF8') $$;
create function pgp_sym_encrypt_bytea(bytea, text) returns bytea
  language sql volatile strict parallel safe as 'select $1';
create function pgp_sym_encrypt_bytea(bytea, text, text) returns bytea
  language sql volatile strict parallel safe as 'select $1';
create function pgp_sym_decrypt(bytea, text) returns text
  language sql immutable strict parallel safe as $$ select convert_from($1, 'UTF8') $$;
create function pgp_sym_decrypt(bytea, text, text) returns text
  language sql immutable strict parallel safe as $$ select convert_from($1, 'UTF8') $$;
create function pgp_sym_decrypt_bytea(bytea, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function pgp_sym_decrypt_bytea(bytea, text, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function pgp_pub_encrypt(text, bytea) returns bytea
  language sql volatile strict parallel safe as $$ select convert_to($1, 'UTF8') $$;
create function pgp_pub_encrypt(text, bytea, text) returns bytea
  language sql volatile strict parallel safe as $$ select convert_to($1, 'UTF8') $$;
create function pgp_pub_encrypt_bytea(bytea, bytea) returns bytea
  language sql volatile strict parallel safe as 'select $1';
create function pgp_pub_encrypt_bytea(bytea, bytea, text) returns bytea
  language sql volatile strict parallel safe as 'select $1';
create function pgp_pub_decrypt(bytea, bytea) returns text
  language sql immutable strict parallel safe as $$ select convert_from($1, 'UTF8') $$;
create function pgp_pub_decrypt(bytea, bytea, text) returns text
  language sql immutable strict parallel safe as $$ select convert_from($1, 'UTF8') $$;
create function pgp_pub_decrypt(bytea, bytea, text, text) returns text
  language sql immutable strict parallel safe as $$ select convert_from($1, 'UTF8') $$;
create function pgp_pub_decrypt_bytea(bytea, bytea) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function pgp_pub_decrypt_bytea(bytea, bytea, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function pgp_pub_decrypt_bytea(bytea, bytea, text, text) returns bytea
  language sql immutable strict parallel safe as 'select $1';
create function pgp_key_id(bytea) returns text
  language sql immutable strict parallel safe as $$ select 'ANYKEY' $$;
create function armor(bytea) returns text
  language sql immutable strict parallel safe as $$ select encode($1, 'base64') $$;
create function armor(bytea, text[], text[]) returns text
  language sql immutable strict parallel safe as $$ select encode($1, 'base64') $$;
create function dearmor(text) returns bytea
  language sql immutable strict parallel safe as $$ select decode($1, 'base64') $$;
create function pgp_armor_headers(text, out key text, out value text) returns setof record
  language plpgsql immutable strict parallel safe as 'begin end';
