CREATE TABLE animal (legs bigint NOT NULL);
CREATE TABLE dog (legs bigint DEFAULT 4, bark text, name text) INHERITS (animal);
