SET check_function_bodies = off;
ALTER TABLE "public"."line" ALTER COLUMN "said" TYPE "text";
DROP TYPE "public"."word" CASCADE;
CREATE TYPE "public"."word";
CREATE FUNCTION "public"."word_in"("cstring") RETURNS "public"."word"
    LANGUAGE "internal" IMMUTABLE STRICT
    AS $$textin$$;
CREATE FUNCTION "public"."word_out"("public"."word") RETURNS "cstring"
    LANGUAGE "internal" IMMUTABLE STRICT
    AS $$textout$$;
CREATE TYPE "public"."word" (
    INTERNALLENGTH = variable,
    INPUT = "public"."word_in",
    OUTPUT = "public"."word_out",
    CATEGORY = 'S',
    PREFERRED = true,
    ALIGNMENT = int4,
    STORAGE = extended
);
ALTER TABLE "public"."line" ALTER COLUMN "said" TYPE "public"."word" USING "said"::"public"."word";
RESET check_function_bodies;
