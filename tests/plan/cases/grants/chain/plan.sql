SET SESSION AUTHORIZATION "trueup_one";
REVOKE SELECT ON TABLE "public"."t" FROM "trueup_two";
RESET SESSION AUTHORIZATION;
REVOKE SELECT ON TABLE "public"."t" FROM "trueup_one";
GRANT SELECT ON TABLE "public"."t" TO "trueup_two";
