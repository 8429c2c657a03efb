-- What an application does all day.
INSERT INTO users (email, feeling) VALUES ('a@example.org', 'happy'), ('b@example.org', 'sad');
UPDATE users SET score = 20;
INSERT INTO orders (user_id, total) SELECT id, 5 FROM users;
DELETE FROM orders;
INSERT INTO events VALUES (1, '2024-06-01', 'x');
TRUNCATE plain, spare RESTART IDENTITY;
SELECT nextval('ticket'), nextval('lonely'), setval('orders_id_seq', 1000);
ALTER SEQUENCE lonely RESTART WITH 77;
SELECT lo_create(4711);
SELECT lo_from_bytea(4712, 'large');
COMMENT ON LARGE OBJECT 4711 IS 'big';
INSERT INTO app.settings VALUES ('a', '{}');
CALL tidy(1);
NOTIFY something;
ANALYZE;
