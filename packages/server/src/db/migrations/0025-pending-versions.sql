-- Versions whose upload never ended are found among the pending ones, and removed when nothing was heard of them for long:
-- updated_at says when. Nobody has noted that so far, so those that are there count from now.
create index artifacts_pending on artifacts (id) where state = 'PENDING';
update artifacts set updated_at = now() where state = 'PENDING';
insert into background_work (name) values ('pending-versions');
