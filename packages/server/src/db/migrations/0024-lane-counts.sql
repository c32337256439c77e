-- What settled jobs leave of their lane's room is given back by a statement of its own, which a crash may swallow; a count
-- anew puts that right. `counted`: what the last count that changed something saw, so that room which it saw to be free
-- already is not given back a second time.
alter table delivery_lanes add column counted pg_snapshot;

create or replace function recount_lanes() returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from delivery_lanes where in_flight > 0 order by id for update;
  update delivery_lanes as lane set in_flight = found.number, crowded = false, counted = pg_current_snapshot()
  from (select id, (select count(*) from delivery_jobs where leased and lane_id = delivery_lanes.id) as number from delivery_lanes where in_flight > 0) as found
  where lane.id = found.id and lane.in_flight > 0 and lane.in_flight <> found.number;
end $$;
