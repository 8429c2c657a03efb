-- case: wrapper, server and mapping
-- says: foreign data wrapper words_w: option a changed from b to c
-- says: foreign data wrapper words_w: option d e added
-- says: server words_x: version changed from '1' to '2'
-- says: server words_x: option host changed from h to i
-- says: server words_x: option password changed
-- says: server words_x: option port 1 dropped
-- says: user mapping for words_anon on server words_x: option secret dropped
-- says: user mapping for words_anon on server words_x: option user changed
create foreign data wrapper words_w options (a 'b');
create server words_x type 't' version '1' foreign data wrapper words_w
    options (host 'h', password 'sekrit', port '1');
create user mapping for words_anon server words_x options (user 'u', secret 'sekrit');
-- change
alter foreign data wrapper words_w options (set a 'c', add d 'e');
alter server words_x version '2' options (set host 'i', set password 'other', drop port);
alter user mapping for words_anon server words_x options (set user 'v', drop secret);

-- case: a foreign table
-- says: foreign table s.t: column "b" added
-- says: foreign table s.t: column "a" option x changed from y to z
-- says: foreign table s.t: option t changed from 'v, w' to 'x y'
create foreign data wrapper words_y;
create server words_z foreign data wrapper words_y;
create foreign table t (a integer options (x 'y')) server words_z options (t 'v, w');
-- change
alter foreign table t alter a options (set x 'z');
alter foreign table t add b text;
alter foreign table t options (set t 'x y');
