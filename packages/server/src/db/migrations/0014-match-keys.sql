-- What an event must bring along for the automation to have a chance: `alias=production` where its filter asks for that
-- alias and nothing else will do; empty where nothing of the kind is known, and so for all that were saved before. It
-- only spares matching a look: among ten thousand automations of a scope an event reads those that it may concern.
alter table automations add column match_key text not null default '';
drop index automations_match;
create index automations_match on automations (event_type, scope_kind, scope_id, match_key) where enabled and deleted_at is null;
