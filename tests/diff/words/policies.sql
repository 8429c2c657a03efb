-- case: a policy
-- says: policy "p" on s.t: kind changed from PERMISSIVE to RESTRICTIVE
-- says: policy "p" on s.t: command changed from SELECT to ALL
-- says: policy "p" on s.t: roles changed from words_anon to words_anon, words_other
-- says: policy "p" on s.t: USING changed from (a > 1) to (a > 2)
-- says: policy "p" on s.t: WITH CHECK (true) added
create table t (a integer, b text, c integer);
create policy p on t for select to words_anon using (a > 1);
-- change
drop policy p on t;
create policy p on t as restrictive to words_anon, words_other
    using (a > 2) with check (true);

-- case: a policy for everyone with blanks in its name
-- says: policy "may read" on s.t: roles changed from words_anon to PUBLIC
-- says: policy "may read" on s.t: USING changed from (true) to (b = CURRENT_USER)
create table t (a integer, b text, c integer);
create policy "may read" on t to words_anon using (true);
-- change
alter policy "may read" on t to public using (b = current_user);

-- case: a policy is dropped
-- says: policy "p" on s.t: dropped
create table t (a integer, b text, c integer);
create policy p on t;
-- change
drop policy p on t;

-- case: row security
-- says: table s.t: row security is now enabled
-- says: table s.u: row security is now disabled
create table t (a integer, b text, c integer);
create table u (a integer);
alter table u enable row level security;
-- change
alter table t enable row level security;
alter table u disable row level security;
