DROP INDEX "public"."t_n";
ALTER TABLE ONLY "public"."t" DROP CONSTRAINT "t_r_excl";
ALTER TABLE ONLY "public"."t"
    ADD CONSTRAINT "t_n" UNIQUE ("n");
ALTER TABLE ONLY "public"."t"
    ADD CONSTRAINT "t_r_excl" EXCLUDE USING "gist" ("r" WITH -|-) WHERE (("n" > 1));
