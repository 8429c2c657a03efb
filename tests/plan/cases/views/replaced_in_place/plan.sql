CREATE OR REPLACE VIEW "public"."v" WITH ("security_invoker"='true') AS
 SELECT "a",
    "b"
   FROM "public"."t"
  WHERE ("a" > 0)
  WITH CASCADED CHECK OPTION;
