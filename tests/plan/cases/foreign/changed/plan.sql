DROP FOREIGN TABLE "public"."g";
DROP SERVER "s2";
ALTER FOREIGN DATA WRAPPER "w" OPTIONS (DROP "b", SET "a" '2', ADD "c" '3');
ALTER SERVER "s" VERSION '2' OPTIONS (SET "host" 'y', ADD "port" '1');
ALTER USER MAPPING FOR "public" SERVER "s" OPTIONS (DROP "u", ADD "user" 'b');
CREATE SERVER "s2" TYPE 'other' FOREIGN DATA WRAPPER "w";
ALTER FOREIGN TABLE "public"."f" OPTIONS (SET "t" 'y');
ALTER TABLE "public"."f" ALTER COLUMN "a" TYPE bigint;
ALTER TABLE "public"."f" ALTER COLUMN "a" SET NOT NULL;
ALTER FOREIGN TABLE ONLY "public"."f" ALTER COLUMN "a" OPTIONS (SET "c" 'y', ADD "d" 'z');
ALTER TABLE "public"."f" ADD COLUMN "c" "date";
CREATE FOREIGN TABLE "public"."g" (
    "a" integer
)
SERVER "s2";
