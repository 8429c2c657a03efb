-- Tokens are built as the real one builds them, but signed with a plain digest.
create function url_encode(data bytea) returns text language sql immutable as $$
  select translate(encode(data, 'base64'), E'+/=\n', '-_')
$$;
create function url_decode(data text) returns bytea language sql immutable as $$
  select decode(rpad(t, (length(t) + 3) / 4 * 4, '='), 'base64')
  from translate(data, '-_', '+/') t
$$;
create function algorithm_sign(signables text, secret text, algorithm text) returns text
  language sql immutable as $$
  select translate(encode(sha256(convert_to(secret || signables, 'UTF8')), 'base64'), E'+/=\n', '-_')
$$;
create function sign(payload json, secret text, algorithm text default 'HS256') returns text
  language sql immutable as $$
  select concat_ws('.', head, body,
    translate(encode(sha256(convert_to(secret || head || '.' || body, 'UTF8')), 'base64'), E'+/=\n', '-_'))
  from
    translate(encode(convert_to(
      json_build_object('alg', algorithm, 'typ', 'JWT')::text, 'UTF8'), 'base64'), E'+/=\n', '-_') head,
    translate(encode(convert_to(payload::text, 'UTF8'), 'base64'), E'+/=\n', '-_') body
$$;
create function try_cast_double(inp text) returns double precision
  language plpgsql immutable as $$
begin
  return inp::double precision;
exception when others then
  return null;
end
$$;
create function verify(token text, secret text, algorithm text default 'HS256')
  returns table (header json, payload json, valid boolean) language plpgsql immutable as 'begin end';
