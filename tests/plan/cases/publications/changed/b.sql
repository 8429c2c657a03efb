CREATE TABLE t (a integer PRIMARY KEY, b integer);
CREATE TABLE u (a integer);
CREATE PUBLICATION p FOR TABLE t (a) WHERE (a > 1) WITH (publish = 'insert', publish_via_partition_root = true);
CREATE PUBLICATION q FOR TABLE u;
CREATE SCHEMA s;
CREATE PUBLICATION r FOR TABLES IN SCHEMA s;
