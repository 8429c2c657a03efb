ALTER SEQUENCE "public"."u_id_seq" OWNED BY NONE;
DROP TABLE "public"."u";
ALTER SEQUENCE "public"."t_id_seq" OWNED BY NONE;
ALTER TABLE "public"."t" DROP COLUMN "id";
CREATE TABLE "public"."w" (
    "id" bigint DEFAULT "nextval"('"public"."u_id_seq"'::"regclass")
);
