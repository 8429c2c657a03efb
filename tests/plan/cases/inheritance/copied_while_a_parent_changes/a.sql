CREATE TABLE animal (legs integer, name text, CHECK (legs > 0));
CREATE TABLE dog (bark text) INHERITS (animal);
INSERT INTO dog VALUES (4, 'Rex', 'wau');
