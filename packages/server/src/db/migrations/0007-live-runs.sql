-- The sweep for lost heartbeats looks at the runs that are alive, which are few among many. Not by heartbeat_at: that
-- changes with every report, and an index on it would have to be written each time.
create index runs_alive on runs (id) where state in ('running', 'preempting');
