ALTER TEXT SEARCH DICTIONARY "public"."d" (accept = 'false', stopwords);
ALTER TEXT SEARCH CONFIGURATION "public"."c" DROP MAPPING FOR "email";
ALTER TEXT SEARCH CONFIGURATION "public"."c" ALTER MAPPING FOR "word" WITH "public"."d", "simple";
