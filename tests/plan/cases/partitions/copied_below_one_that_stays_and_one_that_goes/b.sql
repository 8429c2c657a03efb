CREATE TABLE visit (land text, day date) PARTITION BY LIST (land);
CREATE TABLE visit_at PARTITION OF visit FOR VALUES IN ('at') PARTITION BY RANGE (day);
CREATE TABLE trip_0 (id integer, day timestamp) PARTITION BY RANGE (day);
CREATE TABLE trip_0_old PARTITION OF trip_0 FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
