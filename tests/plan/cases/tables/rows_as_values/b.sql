CREATE TABLE place (street text, number bigint);
CREATE TABLE paint (name text);
CREATE TABLE person (home place, work place[], door paint);
CREATE TABLE coming (home place);
