-- v1 and v4 are random; v3 is computed as RFC 4122 says; v5 is built on SHA-256 instead of SHA-1,
-- which a bare server hasn't got: right in form, always the same for the same name, another value.
create function uuid_nil() returns uuid language sql immutable strict parallel safe
  as $$ select '00000000-0000-0000-0000-000000000000'::uuid $$;
create function uuid_ns_dns() returns uuid language sql immutable strict parallel safe
  as $$ select '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
create function uuid_ns_url() returns uuid language sql immutable strict parallel safe
  as $$ select '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
create function uuid_ns_oid() returns uuid language sql immutable strict parallel safe
  as $$ select '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
create function uuid_ns_x500() returns uuid language sql immutable strict parallel safe
  as $$ select '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
create function uuid_generate_v1() returns uuid language sql volatile strict parallel safe
  as $$ select overlay(gen_random_uuid()::text placing '1' from 15)::uuid $$;
create function uuid_generate_v1mc() returns uuid language sql volatile strict parallel safe
  as $$ select overlay(gen_random_uuid()::text placing '1' from 15)::uuid $$;
create function uuid_generate_v4() returns uuid language sql volatile strict parallel safe
  as $$ select gen_random_uuid() $$;
create function uuid_generate_v3(namespace uuid, name text) returns uuid
  language sql immutable strict parallel safe as $$
  select overlay(overlay(h placing '3' from 13)
      placing to_hex((('x' || substr(h, 17, 1))::bit(4)::int & 3) | 8) from 17)::uuid
  from md5(uuid_send(namespace) || convert_to(name, 'UTF8')) h
$$;
create function uuid_generate_v5(namespace uuid, name text) returns uuid
  language sql immutable strict parallel safe as $$
  select overlay(overlay(h placing '5' from 13)
      placing to_hex((('x' || substr(h, 17, 1))::bit(4)::int & 3) | 8) from 17)::uuid
  from left(encode(sha256(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex'), 32) h
$$;
