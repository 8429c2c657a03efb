CREATE TABLE meter (area text, value text, remark text COLLATE "POSIX") PARTITION BY LIST (area);
CREATE TABLE meter_n PARTITION OF meter FOR VALUES IN ('n');
CREATE TABLE meter_s PARTITION OF meter (remark NOT NULL) FOR VALUES IN ('s');
ALTER TABLE meter ADD CONSTRAINT known CHECK (length(value) > 0);
