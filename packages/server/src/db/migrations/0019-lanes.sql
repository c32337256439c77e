-- Deliveries wait in lanes: one for each webhook, and for what calls no webhook one for each kind of action and entity, and
-- for run hooks for each host too. A lane has a concurrency of its own; workers take from the lanes in turn, entity by entity.

-- How many deliveries to this webhook may be under way at once; null takes the server's setting.
alter table webhooks add column concurrency integer check (concurrency between 1 and 1000);

-- `lane_id`: where the job waits.
-- `rank`: its place there. A job that was never tried ranks by the time it was planned; a retry by the time it is due, plus
-- the head start of an hour that fresh events get. So a job may be taken when rank <= now + 1 hour, and the oldest may
-- always be taken first: nothing has to be skipped over, and no retry waits for ever behind fresh events.
-- `fresh`: its lane does not know of it yet. Planning does not touch the lane, since that would queue up all changes that
-- call the same webhook behind one row lock; workers look through what is fresh and tell the lanes.
alter table delivery_jobs
  add column lane_key text,
  add column lane_id  uuid not null generated always as (coalesce(webhook_id, md5(coalesce(lane_key, entity_id::text))::uuid)) stored,
  add column rank     timestamptz not null default now(),
  add column fresh    boolean not null default true;
drop index delivery_jobs_due;
create index delivery_jobs_fresh on delivery_jobs (execution_id) where fresh;
create index delivery_jobs_queue on delivery_jobs (lane_id, rank, execution_id) where not leased;
create index delivery_jobs_leased on delivery_jobs (due_at) where leased;

-- Written by workers only, under the row's lock; several are locked in the order of their ids.
-- `ready_at`: when its first waiting job may start, as far as is known; infinity where none waits.
-- `active`: that time has come. `crowded`: active, but at its concurrency; the next outcome frees it.
-- `failures`: how many attempts failed in a row, `failing_since` when the first of them did. `opened_at`: since when the circuit
-- breaker is open, null while it is closed; `open_reason`: how the attempt failed that opened it. Nothing is begun before
-- `held_until`; from then on the breaker is half-open: one attempt at a time, whose outcome closes it, or holds the lane for
-- twice as long (`probes` counts).
-- In the ordinary case, a job that is taken at once, only `in_flight` changes, and no index is written.
create table delivery_lanes (
  id             uuid primary key,
  entity_id      bigint not null,
  webhook_id     uuid,
  in_flight      integer not null default 0,
  ready_at       timestamptz not null default 'infinity',
  active         boolean not null default false,
  crowded        boolean not null default false,
  served_at      timestamptz not null default '-infinity',
  failures       integer not null default 0,
  failing_since  timestamptz,
  opened_at      timestamptz,
  open_reason    text,
  probes         integer not null default 0,
  held_until     timestamptz not null default '-infinity'
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index delivery_lanes_servable on delivery_lanes (entity_id, served_at, id) where active and not crowded;
create index delivery_lanes_ready on delivery_lanes (ready_at) where not active and ready_at < 'infinity';

-- How many more deliveries of the lane may begin.
create function lane_room(lane delivery_lanes, default_concurrency integer) returns integer stable language plpgsql as $$
begin
  if lane.opened_at is not null then
    return case when lane.held_until <= clock_timestamp() then 1 - lane.in_flight else 0 end;
  end if;
  return coalesce((select concurrency from webhooks where id = lane.webhook_id), default_concurrency) - lane.in_flight;
end $$;

-- The entities that have lanes to serve, from the one behind `after_entity` on and round again: one probe of the index each,
-- however many lanes and jobs there are.
create function entities_to_serve(after_entity bigint, most integer) returns setof bigint stable language plpgsql as $$
declare
  here bigint := after_entity;
  found_here bigint;
  around boolean := false;
begin
  for place in 1..most loop
    select entity_id into found_here from delivery_lanes where active and not crowded and entity_id > here order by entity_id limit 1;
    if not found and not around then
      around := true;
      select entity_id into found_here from delivery_lanes where active and not crowded order by entity_id limit 1;
    end if;
    if found_here is null or (around and found_here > after_entity) then return; end if;
    return next found_here;
    here := found_here;
    found_here := null;
  end loop;
end $$;

-- Takes up to `slots` jobs: of each entity one, then of each a second one, and so on; of an entity's lanes likewise; of a
-- lane what ranks first. plpgsql, so that each statement sees what was committed before the lanes were locked.
-- `jobs`: what was taken. `more`: ask again at once. `last_entity`: where the next turn goes on.
create function lease_deliveries(slots integer, lease_ms double precision, default_concurrency integer, after_entity bigint)
returns table (jobs json, more boolean, last_entity bigint) language plpgsql as $$
declare
  most_fresh constant integer := 500;
  head_start constant interval := '1 hour';
  at timestamptz;
  ended_jobs uuid[];
  ended_lanes uuid[];
  fresh_jobs uuid[];
  fresh_lanes uuid[];
  due_lanes uuid[];
  served_lanes uuid[];
  entities bigint[];
  lanes uuid[];
begin
  -- A lease that a crash of the database forgets is a job that is taken again: not worth waiting for the disk.
  perform set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true);

  -- Leases that ran out: nobody knows how these attempts ended.
  with ended as materialized (
    select execution_id, lane_id, attempt, leased_at, entity_id from delivery_jobs
    where leased and due_at <= now() order by due_at limit 100 for update skip locked
  ), recorded as (
    insert into attempts (execution_id, number, entity_id, outcome, reason, started_at)
    select execution_id, attempt, entity_id, 'interrupted', 'interrupted', leased_at from ended
    on conflict do nothing
  )
  select coalesce(array_agg(execution_id), '{}'), coalesce(array_agg(lane_id), '{}') into ended_jobs, ended_lanes from ended;

  select coalesce(array_agg(execution_id), '{}'), coalesce(array_agg(lane_id), '{}') into fresh_jobs, fresh_lanes from (
    select execution_id, lane_id from delivery_jobs where fresh order by execution_id limit most_fresh for update skip locked) as job;

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

  select coalesce(array_agg(distinct id), '{}') into lanes from unnest(ended_lanes || fresh_lanes || due_lanes || served_lanes) as id;
  if cardinality(lanes) = 0 then
    return query select null::json, false, after_entity;
    return;
  end if;
  perform from delivery_lanes where id = any (lanes) order by id for update;
  at := clock_timestamp();

  if cardinality(ended_jobs) > 0 then
    update delivery_jobs set leased = false, leased_at = null, due_at = at where execution_id = any (ended_jobs);
    update delivery_lanes as lane set in_flight = greatest(0, in_flight - ended.number)
    from (select id, count(*) as number from unnest(ended_lanes) as id group by id) as ended where lane.id = ended.id;
  end if;

  return query
  with room as materialized (
    select lane.id, lane.entity_id, lane.served_at, lane.active, lane.held_until, lane.opened_at, lane_room(lane, default_concurrency) as room from delivery_lanes as lane where lane.id = any (lanes)
  ), offered as (
    select room.id, room.entity_id, room.served_at, job.execution_id, row_number() over (partition by room.id order by job.rank, job.execution_id) as place
    from room cross join lateral (
      select execution_id, rank from delivery_jobs where lane_id = room.id and not leased and rank <= at + head_start order by rank, execution_id limit greatest(0, least(room.room, slots))) as job
  ), in_turn as (
    select *, row_number() over (partition by entity_id order by place, served_at, id) as turn from offered
  ), picked as materialized (
    select *, row_number() over (order by turn, entity_id <= after_entity, entity_id) as pick from in_turn order by pick limit slots
  ), taken as (
    update delivery_jobs as job
    set due_at = at + lease_ms * interval '1 millisecond', lease_token = (random() * 9007199254740991)::bigint, leased = true, leased_at = at, fresh = false, attempt = attempt + 1
    from picked join room on room.id = picked.id where job.execution_id = picked.execution_id and not job.leased
    returning job.execution_id, job.lane_id, job.entity_id, job.webhook_id, job.lease_token, job.attempt, job.failures, room.opened_at is not null as probe
  ), told as (
    update delivery_jobs set fresh = false where execution_id = any (fresh_jobs) and execution_id not in (select execution_id from picked)
  ), counted as (
    select room.id, room.room, room.active,
      (select count(*) from taken where lane_id = room.id) as begun,
      -- What this very statement takes still looks as if it waited.
      (select greatest(job.rank - head_start, room.held_until) from delivery_jobs as job where job.lane_id = room.id and not job.leased
        order by job.rank, job.execution_id offset (select count(*) from picked where id = room.id) limit 1) as next_at
    from room
  ), stored as (
    update delivery_lanes as lane
    set in_flight = lane.in_flight + begun, ready_at = coalesce(next_at, 'infinity'), active = coalesce(next_at <= at, false),
      crowded = coalesce(next_at <= at, false) and room <= begun,
      served_at = case when begun > 0 and (counted.active or next_at <= at) then at else served_at end
    from counted where lane.id = counted.id
    returning lane.active and not lane.crowded as servable
  )
  select (select json_agg(taken) from taken),
    (select coalesce(bool_or(servable), false) from stored) or cardinality(fresh_jobs) = most_fresh or cardinality(due_lanes) = most_fresh or cardinality(entities) = slots,
    coalesce((select entity_id from picked order by pick desc limit 1), after_entity);
end $$;

-- Counts anew what is under way, for lanes whose jobs were deleted with an entity while workers held them.
create function recount_lanes() returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  perform from delivery_lanes where in_flight > 0 order by id for update;
  update delivery_lanes as lane set in_flight = counted.number, crowded = false
  from (select id, (select count(*) from delivery_jobs where leased and lane_id = delivery_lanes.id) as number from delivery_lanes where in_flight > 0) as counted
  where lane.id = counted.id and lane.in_flight > 0 and lane.in_flight <> counted.number;
end $$;

-- Events about webhooks lie in no project; those of an entity, newest first.
create index events_of_webhooks on events (entity_id, type, id desc) where project_id is null;
