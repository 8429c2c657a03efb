CREATE TABLE note (topic text, body text) PARTITION BY LIST (topic);
CREATE TABLE note_a (topic text, body text);
CREATE INDEX note_body ON note (body, topic);
CREATE INDEX mine ON note_a (body, topic);
