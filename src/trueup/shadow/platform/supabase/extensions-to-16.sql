-- Supabase runs no newer image for these majors than the one that had pg_graphql from the start.
-- Sources: see SOURCES.md, "extensions-to-16.sql".
create extension pg_graphql with schema graphql;
