CREATE TABLE base (id integer PRIMARY KEY, kind text);
CREATE VIEW shown AS SELECT id, kind FROM base;
CREATE VIEW over AS SELECT id FROM shown;
GRANT SELECT ON shown TO PUBLIC;
COMMENT ON VIEW shown IS 'rows';
