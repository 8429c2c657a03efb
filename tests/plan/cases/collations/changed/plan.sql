DROP INDEX "public"."t_a";
ALTER COLLATION "public"."c" RENAME TO "c__trueup_old";
CREATE COLLATION "public"."c" (provider = libc, locale = 'POSIX');
ALTER TABLE "public"."t" ALTER COLUMN "a" TYPE "text" COLLATE "public"."c" USING "a"::"text";
CREATE INDEX "t_a" ON "public"."t" USING "btree" ("a");
DROP COLLATION "public"."c__trueup_old";
