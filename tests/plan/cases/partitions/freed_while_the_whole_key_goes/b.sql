CREATE TABLE seat (hall integer, number text) PARTITION BY LIST (hall);
CREATE TABLE seat_1 (hall integer, number text);
CREATE TABLE seat_2 PARTITION OF seat FOR VALUES IN (2, 3);
CREATE INDEX seat_1_number ON seat_1 (number);
