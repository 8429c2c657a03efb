ALTER TABLE "public"."dog" NO INHERIT "public"."animal";
ALTER TABLE "public"."dog" RENAME TO "dog__trueup_old";
ALTER TABLE "public"."animal" DROP CONSTRAINT "animal_legs_check";
ALTER TABLE "public"."animal" DROP COLUMN "name";
ALTER TABLE "public"."animal" ALTER COLUMN "legs" TYPE bigint;
ALTER TABLE "public"."animal" ALTER COLUMN "legs" SET NOT NULL;
CREATE TABLE "public"."dog" (
    "legs" bigint DEFAULT 4,
    "bark" "text",
    "name" "text"
)
INHERITS ("public"."animal");
INSERT INTO "public"."dog" ("legs", "bark", "name") SELECT "legs", "bark", "name" FROM ONLY "public"."dog__trueup_old";
DROP TABLE "public"."dog__trueup_old";
