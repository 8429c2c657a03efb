CREATE TABLE meter (area text, value integer, remark text COLLATE "C") PARTITION BY LIST (area);
ALTER TABLE meter ADD CONSTRAINT known CHECK (value > 0) NOT VALID;
CREATE TABLE meter_n PARTITION OF meter (remark NOT NULL) FOR VALUES IN ('n');
CREATE TABLE meter_s PARTITION OF meter FOR VALUES IN ('s');
