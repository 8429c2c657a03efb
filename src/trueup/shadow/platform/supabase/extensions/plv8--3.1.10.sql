-- Functions in JavaScript can be made and are kept as they are; calling one is an error.
create function pg_catalog.plv8_call_handler() returns language_handler
  language internal as 'language_handler_in';
create function pg_catalog.plv8_call_validator(oid) returns void
  language internal as 'void_in';
create trusted language plv8 handler pg_catalog.plv8_call_handler
  validator pg_catalog.plv8_call_validator;
create function pg_catalog.plv8_version() returns text
  language sql as $$ select '3.1.10'::text $$;
create function pg_catalog.plv8_reset() returns void language sql as 'select';
