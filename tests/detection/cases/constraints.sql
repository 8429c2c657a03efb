-- case: a primary key is added
-- expect: CONSTRAINT | public | spare spare_pkey
-- expect: TABLE | public | spare
ALTER TABLE spare ADD PRIMARY KEY (a);

-- case: a primary key is dropped
-- expect: CONSTRAINT | app | settings settings_pkey
ALTER TABLE app.settings DROP CONSTRAINT settings_pkey;

-- case: a primary key is renamed
-- expect: CONSTRAINT | app | settings settings_key
-- expect: CONSTRAINT | app | settings settings_pkey
ALTER TABLE app.settings RENAME CONSTRAINT settings_pkey TO settings_key;

-- case: a unique constraint is added
-- expect: CONSTRAINT | public | users users_name_key
ALTER TABLE users ADD CONSTRAINT users_name_key UNIQUE (name);

-- case: a unique constraint is dropped
-- expect: CONSTRAINT | public | users users_email_key
ALTER TABLE users DROP CONSTRAINT users_email_key;

-- case: a unique constraint no longer tells nulls apart
-- postgres: 15-
-- expect: CONSTRAINT | public | users users_email_key
ALTER TABLE users DROP CONSTRAINT users_email_key,
    ADD CONSTRAINT users_email_key UNIQUE NULLS NOT DISTINCT (email);

-- case: a unique constraint includes another column
-- expect: CONSTRAINT | public | users users_email_key
ALTER TABLE users DROP CONSTRAINT users_email_key,
    ADD CONSTRAINT users_email_key UNIQUE (email) INCLUDE (name);

-- case: a unique constraint is no longer deferrable
-- expect: CONSTRAINT | public | orders orders_number_key
ALTER TABLE orders DROP CONSTRAINT orders_number_key,
    ADD CONSTRAINT orders_number_key UNIQUE (number);

-- case: a foreign key is added
-- expect: FK CONSTRAINT | public | plain plain_a_fkey
ALTER TABLE plain ADD CONSTRAINT plain_a_fkey FOREIGN KEY (a) REFERENCES orders (id);

-- case: a foreign key is dropped
-- expect: FK CONSTRAINT | public | orders orders_user_fkey
ALTER TABLE orders DROP CONSTRAINT orders_user_fkey;

-- case: a foreign key does something else on delete
-- expect: FK CONSTRAINT | public | orders orders_user_fkey
ALTER TABLE orders DROP CONSTRAINT orders_user_fkey,
    ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
        ON DELETE SET NULL;

-- case: a foreign key sets only some columns to null
-- postgres: 15-
-- expect: FK CONSTRAINT | public | orders orders_user_fkey
ALTER TABLE orders DROP CONSTRAINT orders_user_fkey,
    ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
        ON DELETE SET NULL (user_id);

-- case: a foreign key does something else on update
-- expect: FK CONSTRAINT | public | orders orders_user_fkey
ALTER TABLE orders DROP CONSTRAINT orders_user_fkey,
    ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users (id)
        ON UPDATE CASCADE;

-- case: a foreign key matches in full
-- expect: FK CONSTRAINT | public | orders orders_user_fkey
ALTER TABLE orders DROP CONSTRAINT orders_user_fkey,
    ADD CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) MATCH FULL;

-- case: a foreign key becomes deferrable
-- expect: FK CONSTRAINT | public | orders orders_user_fkey
ALTER TABLE orders ALTER CONSTRAINT orders_user_fkey DEFERRABLE;

-- case: a foreign key is no longer deferred
-- expect: FK CONSTRAINT | public | orders orders_other_fkey
ALTER TABLE orders ALTER CONSTRAINT orders_other_fkey DEFERRABLE INITIALLY IMMEDIATE;

-- case: a foreign key is validated
-- expect: FK CONSTRAINT | public | orders orders_total_fkey
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_fkey;

-- case: a foreign key is no longer enforced
-- postgres: 18-
-- expect: FK CONSTRAINT | public | orders orders_user_fkey
ALTER TABLE orders ALTER CONSTRAINT orders_user_fkey NOT ENFORCED;

-- case: a check is added
-- expect: TABLE | public | plain
ALTER TABLE plain ADD CONSTRAINT plain_a_check CHECK (a > 0);

-- case: a check is dropped
-- expect: TABLE | public | users
ALTER TABLE users DROP CONSTRAINT users_score_check;

-- case: a check says something else
-- expect: TABLE | public | users
ALTER TABLE users DROP CONSTRAINT users_score_check,
    ADD CONSTRAINT users_score_check CHECK (score > 0);

-- case: a check is added without looking at the rows
-- expect: CHECK CONSTRAINT | public | plain plain_a_check
ALTER TABLE plain ADD CONSTRAINT plain_a_check CHECK (a > 0) NOT VALID;

-- case: a check is validated
-- expect: CHECK CONSTRAINT | public | orders orders_note_check
-- expect: TABLE | public | orders
ALTER TABLE orders VALIDATE CONSTRAINT orders_note_check;

-- case: a check is renamed
-- expect: TABLE | public | users
ALTER TABLE users RENAME CONSTRAINT users_score_check TO score_check;

-- case: a check is not inherited
-- expect: TABLE | public | animals
ALTER TABLE animals ADD CONSTRAINT animals_id_check CHECK (id > 0) NO INHERIT;

-- case: a check is not enforced
-- postgres: 18-
-- expect: CHECK CONSTRAINT | public | plain plain_a_check
ALTER TABLE plain ADD CONSTRAINT plain_a_check CHECK (a > 0) NOT ENFORCED;

-- case: an exclusion constraint is added
-- expect: CONSTRAINT | public | users users_born_excl
ALTER TABLE users ADD CONSTRAINT users_born_excl EXCLUDE USING btree (born WITH =);

-- case: an exclusion constraint is dropped
-- expect: CONSTRAINT | public | orders orders_no_overlap
ALTER TABLE orders DROP CONSTRAINT orders_no_overlap;

-- case: an exclusion constraint looks at some rows only
-- expect: CONSTRAINT | public | orders orders_no_overlap
ALTER TABLE orders DROP CONSTRAINT orders_no_overlap,
    ADD CONSTRAINT orders_no_overlap EXCLUDE USING gist (during WITH &&) WHERE (total > 0);

-- case: a key has no overlaps in time
-- postgres: 18-
-- needs: btree_gist
-- expect: CONSTRAINT | public | orders orders_when_key
-- expect: EXTENSION |  | btree_gist
CREATE EXTENSION btree_gist;
ALTER TABLE orders ADD CONSTRAINT orders_when_key UNIQUE (user_id, during WITHOUT OVERLAPS);
