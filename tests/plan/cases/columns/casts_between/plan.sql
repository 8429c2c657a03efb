ALTER TABLE "public"."t" ALTER COLUMN "a" TYPE bigint USING "a"::integer::bigint;
ALTER TABLE "public"."t" ALTER COLUMN "b" TYPE boolean USING "b"::integer::boolean;
ALTER TABLE "public"."t" ALTER COLUMN "c" TYPE integer USING "c"::numeric::integer;
ALTER TABLE "public"."t" ALTER COLUMN "d" TYPE "jsonb" USING "d"::"text"::"jsonb";
ALTER TABLE "public"."t" ALTER COLUMN "e" TYPE smallint USING "e"::smallint;
ALTER TABLE "public"."t" ALTER COLUMN "f" TYPE "regtype";
ALTER TABLE "public"."t" ALTER COLUMN "g" TYPE "inet"[] USING CASE WHEN "g" IS NOT DISTINCT FROM NULL THEN NULL ELSE ARRAY["g"::"text"::"inet"] END;
ALTER TABLE "public"."t" ALTER COLUMN "h" TYPE "money" USING "h"::numeric::"money";
