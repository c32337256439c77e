-- What settled jobs leave of their lane's room is given back by a statement of its own, which a crash may swallow; a count
-- anew puts that right. `recounts`: how often it did, so that what was counted in between is not given back twice.
alter table delivery_lanes add column recounts integer not null default 0;

create or replace function recount_lanes() returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from delivery_lanes where in_flight > 0 order by id for update;
  update delivery_lanes as lane set in_flight = counted.number, crowded = false, recounts = recounts + 1
  from (select id, (select count(*) from delivery_jobs where leased and lane_id = delivery_lanes.id) as number from delivery_lanes where in_flight > 0) as counted
  where lane.id = counted.id and lane.in_flight > 0 and lane.in_flight <> counted.number;
end $$;
