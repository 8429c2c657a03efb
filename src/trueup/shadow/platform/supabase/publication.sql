-- What Realtime streams; empty until a project adds tables. The publication for broadcast messages
-- is made by the Realtime service at run time, so a fresh project hasn't got it.
-- Sources: see SOURCES.md, "publication.sql".
create publication supabase_realtime;
alter publication supabase_realtime owner to postgres;
