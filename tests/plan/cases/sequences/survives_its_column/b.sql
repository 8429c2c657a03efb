CREATE TABLE t (n integer);
CREATE SEQUENCE t_id_seq AS integer;
CREATE SEQUENCE u_id_seq;
CREATE TABLE w (id bigint DEFAULT nextval('u_id_seq'));
