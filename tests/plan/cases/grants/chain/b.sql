CREATE TABLE t (a integer);
GRANT SELECT ON t TO trueup_two;
