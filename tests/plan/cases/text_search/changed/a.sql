CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = simple, stopwords = english);
CREATE TEXT SEARCH CONFIGURATION c (COPY = simple);
CREATE TABLE t (b text, v tsvector GENERATED ALWAYS AS (to_tsvector('c', b)) STORED);
CREATE INDEX t_b ON t USING gin (to_tsvector('c', b));
