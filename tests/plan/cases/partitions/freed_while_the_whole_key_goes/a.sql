CREATE TABLE seat (hall integer, number text) PARTITION BY LIST (hall);
CREATE TABLE seat_1 PARTITION OF seat FOR VALUES IN (1);
CREATE TABLE seat_2 PARTITION OF seat FOR VALUES IN (2);
ALTER TABLE seat ADD CONSTRAINT one_seat UNIQUE (hall);
CREATE INDEX seat_number ON seat (number);
