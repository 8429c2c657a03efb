CREATE TABLE parcel (id integer, depot bigint NOT NULL, PRIMARY KEY (id, depot)) PARTITION BY LIST (depot);
CREATE TABLE parcel_1 PARTITION OF parcel FOR VALUES IN (1);
CREATE TABLE parcel_2 PARTITION OF parcel FOR VALUES IN (2) PARTITION BY HASH (id);
CREATE TABLE parcel_2_0 PARTITION OF parcel_2 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE scan (parcel integer, depot bigint, FOREIGN KEY (parcel, depot) REFERENCES parcel);
CREATE VIEW heavy AS SELECT id FROM parcel WHERE depot > 1;
