-- A webhook may have a retry schedule of its own: seconds to wait before each attempt, the first being 0. Null takes the
-- server's.
alter table webhooks add column retry_schedule integer[]
  check (cardinality(retry_schedule) between 1 and 50 and retry_schedule[1] = 0 and 0 <= all (retry_schedule) and 604800 >= all (retry_schedule));

-- When the attempt that followed was to start, as it stood once this one had failed; null where none was to follow.
alter table attempts add column next_attempt_at timestamptz;
