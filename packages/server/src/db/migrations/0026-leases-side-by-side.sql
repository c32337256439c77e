-- Leases of several processes no longer wait for one another, and read nothing of what was taken before.

-- No job that waits in the lane, and that the lane knows of, ranks below it. Jobs leave at this end of the index, and what they
-- leave there is cleared away only when nobody could see it any more, which one long transaction holds up: without a place to
-- begin at, each lease walks over all that was delivered since.
alter table delivery_lanes add column floor timestamptz not null default '-infinity';

-- Takes up to `slots` jobs: of each entity one, then of each a second one, and so on; of an entity's lanes likewise; of a
-- lane what ranks first. plpgsql, so that each statement sees what was committed before the lanes were locked.
-- Jobs are looked at without locking them, and lanes that another worker has locked are left to the next turn: a lease that
-- held jobs while waiting for a lane stood in the way of the one that held the lane and took its jobs, and PostgreSQL ended
-- one of the two after a second. Only who finds all lanes locked waits for them, in the order of their ids, as everywhere.
-- `fresh_from`: fresh jobs with smaller ids are not looked for, for the same reason. Null: all of them, and leases that ran
-- out too; to be asked now and then.
-- `jobs`: what was taken. `more`: ask again at once. `last_entity`: where the next turn goes on. `unseen`: there may be more
-- fresh jobs than were looked at.
create function lease_deliveries(slots integer, lease_ms double precision, default_concurrency integer, after_entity bigint, fresh_from uuid)
returns table (jobs json, more boolean, last_entity bigint, unseen boolean) language plpgsql as $$
declare
  most_fresh constant integer := 500;
  head_start constant interval := '1 hour';
  at timestamptz;
  ended_jobs uuid[];
  ended_lanes uuid[];
  ended_ranks timestamptz[];
  fresh_jobs uuid[];
  fresh_lanes uuid[];
  fresh_ranks timestamptz[];
  due_lanes uuid[];
  served_lanes uuid[];
  entities bigint[];
  wanted uuid[];
  lanes uuid[];
begin
  -- A lease that a crash of the database forgets is a job that is taken again: not worth waiting for the disk.
  perform set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true);

  -- Leases that ran out. They are only looked at, as fresh jobs are, until their lanes are ours.
  select coalesce(array_agg(execution_id), '{}'), coalesce(array_agg(lane_id), '{}'), coalesce(array_agg(rank), '{}') into ended_jobs, ended_lanes, ended_ranks from (
    select execution_id, lane_id, rank from delivery_jobs where fresh_from is null and leased and due_at <= now() order by due_at limit 100) as job;

  select coalesce(array_agg(execution_id), '{}'), coalesce(array_agg(lane_id), '{}'), coalesce(array_agg(rank), '{}') into fresh_jobs, fresh_lanes, fresh_ranks from (
    select execution_id, lane_id, rank from delivery_jobs
    where fresh and execution_id >= coalesce(fresh_from, '00000000-0000-0000-0000-000000000000') order by execution_id limit most_fresh) as job;

  select coalesce(array_agg(id), '{}') into due_lanes from (
    select id from delivery_lanes where not active and ready_at < 'infinity' and ready_at <= now() order by ready_at limit most_fresh) as lane;

  select coalesce(array_agg(entity), '{}') into entities from entities_to_serve(after_entity, slots) as entity;
  select coalesce(array_agg(lane.id), '{}') into served_lanes from unnest(entities) as entity cross join lateral (
    select id from delivery_lanes where active and not crowded and entity_id = entity
    order by served_at, id limit ceil(slots::numeric / greatest(1, cardinality(entities)))) as lane;

  insert into delivery_lanes (id, entity_id, webhook_id)
  select distinct on (job.lane_id) job.lane_id, coalesce(webhook.entity_id, job.entity_id), job.webhook_id
  from delivery_jobs as job left join webhooks as webhook on webhook.id = job.webhook_id
  where job.execution_id = any (fresh_jobs) and not exists (select from delivery_lanes where id = job.lane_id)
  order by job.lane_id
  on conflict do nothing;

  select coalesce(array_agg(distinct id), '{}') into wanted from unnest(ended_lanes || fresh_lanes || due_lanes || served_lanes) as id;
  if cardinality(wanted) = 0 then
    return query select null::json, false, after_entity, false;
    return;
  end if;
  select coalesce(array_agg(id), '{}') into lanes from (
    select id from delivery_lanes where id = any (wanted) order by id for update skip locked) as free;
  if cardinality(lanes) = 0 then
    lanes := wanted;
    perform from delivery_lanes where id = any (lanes) order by id for update;
  end if;
  at := clock_timestamp();

  -- Nobody knows how these attempts ended. Whoever stores an outcome of one just now holds the job and may wait for its lane:
  -- it is passed by. The new token refuses what their workers may still say.
  if cardinality(ended_jobs) > 0 then
    with ended as materialized (
      select execution_id, lane_id, attempt, leased_at, entity_id from delivery_jobs
      where execution_id = any (ended_jobs) and lane_id = any (lanes) and leased and due_at <= at for update skip locked
    ), recorded as (
      insert into attempts (execution_id, number, entity_id, outcome, reason, started_at)
      select execution_id, attempt, entity_id, 'interrupted', 'interrupted', leased_at from ended
      on conflict do nothing
    ), released as (
      update delivery_jobs as job set leased = false, leased_at = null, due_at = at, lease_token = (random() * 9007199254740991)::bigint
      from ended where job.execution_id = ended.execution_id returning job.lane_id
    )
    update delivery_lanes as lane set in_flight = greatest(0, in_flight - released.number)
    from (select lane_id, count(*) as number from released group by lane_id) as released where lane.id = released.lane_id;
  end if;

  return query
  with learnt as (
    select id, min(rank) as rank from unnest(ended_lanes || fresh_lanes, ended_ranks || fresh_ranks) as job (id, rank) group by id
  ), room as materialized (
    select lane.id, lane.entity_id, lane.served_at, lane.active, lane.held_until, lane.opened_at,
      case when lane.opened_at is null then coalesce(webhook.concurrency, default_concurrency) - lane.in_flight
        when lane.held_until <= at then 1 - lane.in_flight else 0 end as room,
      -- A retry is told to its lane by ready_at.
      least(lane.floor, lane.ready_at + head_start, learnt.rank) as floor
    from delivery_lanes as lane left join webhooks as webhook on webhook.id = lane.webhook_id left join learnt on learnt.id = lane.id where lane.id = any (lanes)
  ), offered as (
    select room.id, room.entity_id, room.served_at, room.opened_at, job.execution_id, row_number() over (partition by room.id order by job.rank, job.execution_id) as place
    from room cross join lateral (
      select execution_id, rank from delivery_jobs where lane_id = room.id and not leased and rank >= room.floor and rank <= at + head_start order by rank, execution_id limit greatest(0, least(room.room, slots))) as job
  ), in_turn as (
    select *, row_number() over (partition by entity_id order by place, served_at, id) as turn from offered
  ), picked as materialized (
    select *, row_number() over (order by turn, entity_id <= after_entity, entity_id) as pick from in_turn order by pick limit slots
  ), taken as (
    update delivery_jobs as job
    set due_at = at + lease_ms * interval '1 millisecond', lease_token = (random() * 9007199254740991)::bigint, leased = true, leased_at = at, fresh = false, attempt = attempt + 1
    from picked where job.execution_id = picked.execution_id and not job.leased
    returning job.execution_id, job.lane_id, job.entity_id, job.webhook_id, job.lease_token, job.attempt, job.failures, picked.opened_at is not null as probe
  ), told as (
    update delivery_jobs set fresh = false where execution_id = any (fresh_jobs) and fresh and lane_id = any (lanes) and execution_id not in (select execution_id from picked)
  ), begun as (
    select lane_id, count(*) as number from taken group by lane_id
  ), chosen as (
    select id, count(*) as number from picked group by id
  ), counted as materialized (
    select room.id, room.room, room.active, coalesce(begun.number, 0) as begun, next.rank as next_rank, greatest(next.rank - head_start, case when next.rank is not null then room.held_until end) as next_at
    from room left join begun on begun.lane_id = room.id left join chosen on chosen.id = room.id
    left join lateral (
      -- What this very statement takes still looks as if it waited.
      select job.rank from delivery_jobs as job where job.lane_id = room.id and not job.leased and job.rank >= room.floor
      order by job.rank, job.execution_id offset coalesce(chosen.number, 0) limit 1) as next on true
  ), stored as (
    update delivery_lanes as lane
    set in_flight = lane.in_flight + begun, ready_at = coalesce(next_at, 'infinity'), floor = coalesce(next_rank, 'infinity'), active = coalesce(next_at <= at, false),
      crowded = coalesce(next_at <= at, false) and room <= begun,
      served_at = case when begun > 0 and (counted.active or next_at <= at) then at else served_at end
    from counted where lane.id = counted.id
    returning lane.active and not lane.crowded as servable
  )
  select (select json_agg(taken) from taken),
    cardinality(lanes) < cardinality(wanted) or (select coalesce(bool_or(servable), false) from stored) or cardinality(fresh_jobs) = most_fresh or cardinality(due_lanes) = most_fresh or cardinality(entities) = slots,
    coalesce((select entity_id from picked order by pick desc limit 1), after_entity), cardinality(fresh_jobs) = most_fresh;
end $$;

-- For a process of the version before, while both run.
create or replace function lease_deliveries(slots integer, lease_ms double precision, default_concurrency integer, after_entity bigint)
returns table (jobs json, more boolean, last_entity bigint) language sql as $$
  select jobs, more, last_entity from lease_deliveries(slots, lease_ms, default_concurrency, after_entity, null)
$$;
