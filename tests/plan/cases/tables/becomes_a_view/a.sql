CREATE TABLE base (id integer PRIMARY KEY, kind text);
CREATE TABLE shown (id integer, kind text);
CREATE VIEW over AS SELECT id FROM shown;
GRANT SELECT ON shown TO PUBLIC;
COMMENT ON TABLE shown IS 'rows';
