CREATE TABLE place (street text, number integer);
CREATE TYPE paint AS ENUM ('red', 'blue');
CREATE TABLE person (home place, work place[], door paint);
CREATE TABLE leaving (home place);
