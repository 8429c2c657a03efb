-- case: a right on a table is granted
-- rights
-- expect: PRIVILEGES | public | users
-- says: detect_reader may now select on users
GRANT SELECT ON users TO detect_reader;

-- case: a right on a table is revoked
-- rights
-- expect: PRIVILEGES | public | orders
-- says: detect_reader may no longer insert on orders
REVOKE INSERT ON orders FROM detect_reader;

-- case: a right on a table may be passed on
-- rights
-- expect: PRIVILEGES | public | orders
GRANT SELECT ON orders TO detect_reader WITH GRANT OPTION;

-- case: a right on a table is granted to everybody
-- rights
-- expect: PRIVILEGES | public | plain
GRANT SELECT ON plain TO PUBLIC;

-- case: a right on a column is granted
-- rights
-- expect: PRIVILEGES | public | users
GRANT UPDATE (email) ON users TO detect_writer;

-- case: a right on a column is revoked
-- rights
-- expect: PRIVILEGES | public | plain
REVOKE SELECT (a) ON plain FROM detect_reader;

-- case: everybody loses the right to call a function
-- rights
-- expect: PRIVILEGES | public | many()
REVOKE EXECUTE ON FUNCTION many() FROM PUBLIC;

-- case: a right is revoked that everybody has
-- rights
-- silent
REVOKE EXECUTE ON FUNCTION add(integer, integer) FROM detect_writer;

-- case: a right is granted that everybody has
-- rights
-- silent
GRANT EXECUTE ON PROCEDURE tidy(integer) TO detect_writer;

-- case: a right on a view is granted
-- rights
-- expect: PRIVILEGES | public | adults
GRANT SELECT ON adults TO detect_reader;

-- case: a right on a sequence is granted
-- rights
-- expect: PRIVILEGES | public | ticket
GRANT USAGE ON SEQUENCE ticket TO detect_writer;

-- case: a right on a type is revoked
-- rights
-- expect: PRIVILEGES | public | mood
REVOKE USAGE ON TYPE mood FROM PUBLIC;

-- case: a right on a domain is revoked
-- rights
-- expect: PRIVILEGES | public | price
REVOKE USAGE ON DOMAIN price FROM PUBLIC;

-- case: a right on a schema is granted
-- rights
-- expect: PRIVILEGES |  | app
GRANT USAGE ON SCHEMA app TO detect_reader;

-- case: everybody may create in the schema public
-- rights
-- expect: PRIVILEGES |  | public
GRANT CREATE ON SCHEMA public TO PUBLIC;

-- case: a right on a foreign server is granted
-- rights
-- expect: PRIVILEGES |  | remote
GRANT USAGE ON FOREIGN SERVER remote TO detect_reader;

-- case: a right on a foreign data wrapper is granted
-- rights
-- expect: PRIVILEGES |  | nowhere
GRANT USAGE ON FOREIGN DATA WRAPPER nowhere TO detect_reader;

-- case: a default right is granted
-- rights
-- expect: DEFAULT ACL | public | DEFAULT PRIVILEGES FOR SEQUENCES FOR ROLE postgres
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO detect_reader;

-- case: a default right is revoked
-- rights
-- expect: DEFAULT ACL | public | DEFAULT PRIVILEGES FOR TABLES FOR ROLE postgres
ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM detect_reader;

-- case: a default right holds for every schema
-- rights
-- expect: DEFAULT ACL |  | DEFAULT PRIVILEGES FOR FUNCTIONS FOR ROLE postgres
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- case: a right is granted twice
-- rights
-- silent
GRANT SELECT, INSERT ON orders TO detect_reader;

-- case: everybody but one role loses the right to call a procedure
-- rights
-- expect: PRIVILEGES | public | tidy(integer)
-- says: PUBLIC may no longer execute tidy(integer)
REVOKE EXECUTE ON PROCEDURE tidy(integer) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE tidy(integer) TO detect_writer;

-- case: a column is opened that the whole table is open to
-- rights
-- silent
GRANT SELECT (id) ON orders TO detect_reader;
