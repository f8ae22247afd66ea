-- Made from the catalogue of a migrated database; a test fails when it differs. Not a script to run.

create schema access;
grant usage on schema access to custody_access;
grant usage on schema access to custody_gateway;
grant usage on schema access to custody_operator;
grant usage on schema access to custody_sealer;

create schema alerts;
grant usage on schema alerts to custody_capture;

create schema ctx;
grant usage on schema ctx to custody_capture;
grant usage on schema ctx to custody_evidence;
grant usage on schema ctx to custody_gateway;

create schema event_log;
grant usage on schema event_log to custody_capture;

create schema evidence;
grant usage on schema evidence to custody_evidence;
grant usage on schema evidence to custody_gateway;
grant usage on schema evidence to custody_operator;

create schema intake;
grant usage on schema intake to custody_projector;

create schema ledger;
grant usage on schema ledger to custody_access;
grant usage on schema ledger to custody_capture;
grant usage on schema ledger to custody_evidence;
grant usage on schema ledger to custody_gateway;
grant usage on schema ledger to custody_operator;
grant usage on schema ledger to custody_projector;
grant usage on schema ledger to custody_sealer;

create schema login;
grant usage on schema login to custody_access;

create schema proof;
grant usage on schema proof to custody_gateway;
grant usage on schema proof to custody_operator;
grant usage on schema proof to custody_sealer;

create table access.head (
  one boolean not null default true,
  size bigint not null default 0,
  constraint head_one_check CHECK (one),
  constraint head_pkey PRIMARY KEY (size),
  constraint head_size_check CHECK ((size >= 0))
);
CREATE TRIGGER only_grows BEFORE UPDATE ON access.head FOR EACH ROW EXECUTE FUNCTION access.refuse_shrinking();
grant select on access.head to custody_access;
grant select on access.head to custody_gateway;
grant select on access.head to custody_operator;
grant select on access.head to custody_sealer;
grant update on access.head (size) to custody_access;
comment on table access.head is 'One row. Its lock orders whoever appends: the numbers of records are dense, and commit in their order.';

create table access.reads (
  n bigint not null,
  tenant text collate "C" not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  items text[] collate "C" not null,
  evidence text[] collate "C" not null,
  commitment bytea not null,
  secret bytea not null,
  bytes bytea not null,
  constraint reads_commitment_check CHECK ((octet_length(commitment) = 32)),
  constraint reads_n_check CHECK ((n >= 0)),
  constraint reads_pkey PRIMARY KEY (n),
  constraint reads_secret_check CHECK ((octet_length(secret) = 32))
);
CREATE INDEX reads_actor ON access.reads USING btree (tenant, principal, agency, n);
CREATE INDEX reads_tenant ON access.reads USING btree (tenant, n);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON access.reads FOR EACH ROW EXECUTE FUNCTION access.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON access.reads FOR EACH STATEMENT EXECUTE FUNCTION access.refuse_change();
grant insert on access.reads to custody_access;
grant select on access.reads to custody_gateway;
grant select on access.reads to custody_operator;
grant select on access.reads (n) to custody_sealer;
grant select on access.reads (commitment) to custody_sealer;
alter table access.reads enable row level security, force row level security;
create policy access_appends on access.reads for insert to custody_access with check (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role));
create policy operator_reads on access.reads for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on access.reads for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on access.reads for select to custody_gateway using ((tenant = ( SELECT ctx.agency() AS agency)));
create policy sealer_reads on access.reads for select to custody_sealer using (( SELECT pg_has_role(CURRENT_USER, 'custody_sealer'::name, 'usage'::text) AS pg_has_role));
comment on table access.reads is 'One row per read and agency that is told of it: the reader''s own, and each whose events or evidence were read.';
comment on column access.reads.tenant is 'The agency that is told; nobody else sees the row.';
comment on column access.reads.agency is 'Of the reader, with principal.';
comment on column access.reads.bytes is 'The record, canonical JSON: names and no content.';

create table alerts.cursors (
  agency text collate "C" not null,
  done bigint not null,
  groups text collate "C" not null,
  constraint cursors_pkey PRIMARY KEY (agency)
);
grant insert on alerts.cursors to custody_capture;
grant select on alerts.cursors to custody_capture;
grant update on alerts.cursors (done) to custody_capture;
grant update on alerts.cursors (groups) to custody_capture;
alter table alerts.cursors enable row level security, force row level security;
create policy capture_keeps on alerts.cursors for all to custody_capture using (( SELECT pg_has_role(CURRENT_USER, 'custody_capture'::name, 'usage'::text) AS pg_has_role)) with check (( SELECT pg_has_role(CURRENT_USER, 'custody_capture'::name, 'usage'::text) AS pg_has_role));
create policy owner on alerts.cursors for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
comment on table alerts.cursors is 'How far alerts were raised for each agency that watches something. Not derived from the log, and in no backup.';
comment on column alerts.cursors.done is 'Log index: everything below it, and all that was handled otherwise up to there, was looked at.';
comment on column alerts.cursors.groups is 'Names of the reader groups that the agency had then.';

create table ctx.secrets (
  id text collate "C" not null,
  inner_pad bytea not null,
  outer_pad bytea not null,
  installed timestamp with time zone not null default clock_timestamp(),
  constraint secrets_id_check CHECK ((id ~ '^[0-9a-f]{16}$'::text)),
  constraint secrets_inner_pad_check CHECK ((octet_length(inner_pad) = 64)),
  constraint secrets_outer_pad_check CHECK ((octet_length(outer_pad) = 64)),
  constraint secrets_pkey PRIMARY KEY (id)
);
alter table ctx.secrets enable row level security, force row level security;
create policy owner on ctx.secrets for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
comment on table ctx.secrets is 'Keys by which readers'' contexts are signed; nobody but the owner reads them. The newest two are accepted.';

create table event_log.cluster (
  one boolean not null default true,
  id uuid not null,
  constraint cluster_one_check CHECK (one),
  constraint cluster_pkey PRIMARY KEY (one)
);
grant select on event_log.cluster to custody_capture;

create table event_log.partitions (
  topic_no integer not null,
  partition integer not null,
  next bigint not null default 0,
  low bigint not null default 0,
  constraint partitions_low_check CHECK ((low >= 0)),
  constraint partitions_next_check CHECK ((next >= 0)),
  constraint partitions_pkey PRIMARY KEY (topic_no, partition)
) with (fillfactor=10);
grant insert on event_log.partitions to custody_capture;
grant select on event_log.partitions to custody_capture;
grant update on event_log.partitions (next) to custody_capture;

create table event_log.records (
  topic_no integer not null,
  partition integer not null,
  "offset" bigint not null,
  key bytea,
  headers bytea not null,
  value bytea not null,
  constraint records_pkey PRIMARY KEY (topic_no, partition, "offset")
);
grant insert on event_log.records to custody_capture;
grant select on event_log.records to custody_capture;

create table event_log.topics (
  topic text collate "C" not null,
  topic_id uuid not null default gen_random_uuid(),
  topic_no integer not null generated always as identity,
  partitions integer not null,
  constraint topics_partitions_check CHECK ((partitions > 0)),
  constraint topics_pkey PRIMARY KEY (topic),
  constraint topics_topic_no_key UNIQUE (topic_no)
);
grant insert on event_log.topics to custody_capture;
grant select on event_log.topics to custody_capture;

create table evidence.uploads (
  sha256 bytea not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  received bigint not null,
  bytes bigint not null,
  media_type text collate "C" not null,
  event_id text collate "C" not null,
  constraint uploads_agency_check CHECK (((octet_length(agency) >= 1) AND (octet_length(agency) <= 64))),
  constraint uploads_bytes_check CHECK ((bytes >= 0)),
  constraint uploads_pkey PRIMARY KEY (sha256, agency),
  constraint uploads_sha256_check CHECK ((octet_length(sha256) = 32))
);
grant insert on evidence.uploads to custody_evidence;
grant select on evidence.uploads to custody_evidence;
grant select on evidence.uploads to custody_gateway;
grant select on evidence.uploads to custody_operator;
alter table evidence.uploads enable row level security, force row level security;
create policy evidence_receives on evidence.uploads for insert to custody_evidence with check ((agency = ( SELECT ctx.agency() AS agency)));
create policy operator_reads on evidence.uploads for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on evidence.uploads for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on evidence.uploads for select to custody_gateway, custody_evidence using (((agency = ( SELECT ctx.agency() AS agency)) OR (EXISTS ( SELECT
   FROM (ledger.evidence_refs r
     JOIN ledger.entries e ON ((e.log_index = r.log_index)))
  WHERE ((r.sha256 = uploads.sha256) AND (r.grp = ANY (( SELECT ctx.groups() AS groups)::integer[])) AND (r.kind <> 15) AND (e.agency = uploads.agency))
 OFFSET 0))));
comment on table evidence.uploads is 'Which agency has shown that it has the bytes, by sending all of them. What it says of items and cites them in opens them to others, and nothing else.';
comment on column evidence.uploads.received is 'Microseconds since 1970-01-01T00:00:00Z by the clock of the store; of the first upload of that agency.';
comment on column evidence.uploads.event_id is 'The act by which the agency received it, in the ledger.';

create table intake.audit (
  grp integer not null,
  kind smallint not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  log_index bigint not null
) partition by LIST (grp);
grant insert on intake.audit to custody_projector;
comment on table intake.audit is 'The door by which COPY comes into ledger.audit: its only partition. Nobody reads here.';

create table intake.batch_members (
  grp integer not null,
  agency text collate "C" not null,
  batch text collate "C" not null,
  id text collate "C" not null,
  log_index bigint not null
) partition by LIST (grp);
grant insert on intake.batch_members to custody_projector;
comment on table intake.batch_members is 'The door by which COPY comes into ledger.batch_members: its only partition. Nobody reads here.';

create table intake.content (
  log_index bigint not null,
  principal text collate "C" not null,
  captured bigint not null,
  secret bytea not null,
  bytes bytea not null,
  grps integer[] not null default '{}'::integer[]
) partition by LIST (log_index);
grant insert on intake.content to custody_projector;
comment on table intake.content is 'The door by which COPY comes into ledger.content: its only partition. Nobody reads here.';

create table intake.entries (
  log_index bigint not null,
  agency text collate "C" not null,
  id text collate "C" not null,
  commitment bytea not null,
  content_hash bytea not null,
  grps integer[] not null default '{}'::integer[]
) partition by LIST (log_index);
grant insert on intake.entries to custody_projector;
comment on table intake.entries is 'The door by which COPY comes into ledger.entries: its only partition. Nobody reads here.';

create table intake.evidence_refs (
  sha256 bytea not null,
  grp integer not null,
  log_index bigint not null,
  kind smallint not null
) partition by LIST (grp);
grant insert on intake.evidence_refs to custody_projector;
comment on table intake.evidence_refs is 'The door by which COPY comes into ledger.evidence_refs: its only partition. Nobody reads here.';

create table intake.open_points (
  grp integer not null,
  code smallint not null,
  item text collate "C" not null,
  log_index bigint not null
) partition by LIST (grp);
grant insert on intake.open_points to custody_projector;
comment on table intake.open_points is 'The door by which COPY comes into ledger.open_points: its only partition. Nobody reads here.';

create table intake.policy (
  log_index bigint not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  captured bigint not null,
  act bytea not null
) partition by LIST (log_index);
grant insert on intake.policy to custody_projector;
comment on table intake.policy is 'The door by which COPY comes into ledger.policy: its only partition. Nobody reads here.';

create table intake.relations (
  target_agency text collate "C" not null,
  target_id text collate "C" not null,
  grp integer not null,
  log_index bigint not null,
  kind smallint not null,
  word boolean not null default false
) partition by LIST (log_index);
grant insert on intake.relations to custody_projector;
comment on table intake.relations is 'The door by which COPY comes into ledger.relations: its only partition. Nobody reads here.';

create table intake.search_keys (
  grp integer not null,
  key text collate "C" not null,
  item text collate "C" not null,
  alias text collate "C" not null
) partition by LIST (grp);
grant insert on intake.search_keys to custody_projector;
comment on table intake.search_keys is 'The door by which COPY comes into ledger.search_keys: its only partition. Nobody reads here.';

create table intake.sighting_keys (
  grp integer not null,
  key integer not null,
  first bigint not null,
  more bytea not null
) partition by LIST (grp);
grant insert on intake.sighting_keys to custody_projector;
comment on table intake.sighting_keys is 'The door by which COPY comes into ledger.sighting_keys: its only partition. Nobody reads here.';

create table intake.spoken (
  log_index bigint not null,
  kind smallint not null,
  agency text collate "C" not null,
  target text collate "C",
  handling text collate "C" not null,
  gives text collate "C",
  approves text collate "C",
  in_force boolean,
  approved_at bigint,
  undone boolean,
  lifted boolean,
  fits boolean
) partition by LIST (log_index);
grant insert on intake.spoken to custody_projector;
comment on table intake.spoken is 'The door by which COPY comes into ledger.spoken: its only partition. Nobody reads here.';

create table intake.timeline (
  item text collate "C" not null,
  grp integer not null,
  starts bigint not null,
  ends bigint not null,
  agency text collate "C" not null,
  id text collate "C" not null,
  log_index bigint not null,
  kind smallint not null,
  map_key bytea not null
) partition by LIST (log_index);
grant insert on intake.timeline to custody_projector;
comment on table intake.timeline is 'The door by which COPY comes into ledger.timeline: its only partition. Nobody reads here.';

create table ledger.audit (
  grp integer not null,
  kind smallint not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  log_index bigint not null,
  constraint audit_pkey PRIMARY KEY (grp, kind, log_index)
);
alter table intake.audit attach partition ledger.audit default;
CREATE INDEX audit_actor ON ledger.audit USING btree (grp, principal, agency, kind, log_index);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.audit FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.audit FOR EACH STATEMENT WHEN ((current_setting('custody.rebuild'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION ledger.refuse_change();
grant select on ledger.audit to custody_gateway;
grant select on ledger.audit to custody_operator;
alter table ledger.audit enable row level security, force row level security;
create policy operator_reads on ledger.audit for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.audit for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.audit for select to custody_gateway using (((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])) AND ((NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = audit.log_index)))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = audit.log_index)
 OFFSET 0)))));
comment on table ledger.audit is 'One row per (entry, reader group): who wrote it, and what kind of thing it is. Derived from entries and content.';

create table ledger.batch_members (
  grp integer not null,
  agency text collate "C" not null,
  batch text collate "C" not null,
  id text collate "C" not null,
  log_index bigint not null,
  constraint batch_members_pkey PRIMARY KEY (grp, agency, batch, id, log_index)
);
alter table intake.batch_members attach partition ledger.batch_members default;
CREATE INDEX batch_members_event ON ledger.batch_members USING btree (grp, agency, id);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.batch_members FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.batch_members FOR EACH STATEMENT WHEN ((current_setting('custody.rebuild'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION ledger.refuse_change();
grant select on ledger.batch_members to custody_gateway;
grant select on ledger.batch_members to custody_operator;
alter table ledger.batch_members enable row level security, force row level security;
create policy operator_reads on ledger.batch_members for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.batch_members for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.batch_members for select to custody_gateway using (((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])) AND ((NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = batch_members.log_index)))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = batch_members.log_index)
 OFFSET 0)))));
comment on table ledger.batch_members is 'Which events an import says that it brought in, for each reader group that sees the import. Derived.';
comment on column ledger.batch_members.log_index is 'Of the document that says so; the event may come after it, and is known by (agency, id).';

create table ledger.conflicts (
  agency text collate "C" not null,
  id text collate "C" not null,
  content_hash bytea not null,
  principal text collate "C" not null,
  captured bigint not null,
  value bytea not null,
  cluster_id text collate "C" not null,
  topic_id text collate "C" not null,
  topic text collate "C" not null,
  partition integer not null,
  "offset" bigint not null,
  constraint conflicts_pkey PRIMARY KEY (agency, id, content_hash)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.conflicts FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.conflicts FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
grant insert on ledger.conflicts to custody_projector;
grant select on ledger.conflicts to custody_gateway;
grant select on ledger.conflicts to custody_operator;
grant select on ledger.conflicts to custody_projector;
alter table ledger.conflicts enable row level security, force row level security;
create policy operator_reads on ledger.conflicts for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.conflicts for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy projector_appends on ledger.conflicts for insert to custody_projector with check (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy projector_reads on ledger.conflicts for select to custody_projector using (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy reader on ledger.conflicts for select to custody_gateway using ((agency = ( SELECT ctx.agency() AS agency)));
comment on table ledger.conflicts is 'The same (agency, id) with other bytes than the entry that stands: the whole value, kept for its submitter.';

create table ledger.content (
  log_index bigint not null,
  principal text collate "C" not null,
  captured bigint not null,
  secret bytea not null,
  bytes bytea not null,
  grps integer[] not null default '{}'::integer[],
  constraint content_pkey PRIMARY KEY (log_index),
  constraint content_secret_check CHECK ((octet_length(secret) = 32))
);
alter table intake.content attach partition ledger.content default;
CREATE INDEX content_named ON ledger.content USING btree (log_index) WHERE (POSITION(('\x227072696e636970616c73223a5b'::bytea) IN (bytes)) > 0);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.content FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.content FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
grant insert on ledger.content to custody_projector;
grant select on ledger.content to custody_evidence;
grant select on ledger.content to custody_gateway;
grant select on ledger.content to custody_operator;
grant select on ledger.content to custody_projector;
grant select on ledger.content (log_index) to custody_capture;
grant select on ledger.content (captured) to custody_capture;
alter table ledger.content enable row level security, force row level security;
create policy capture_reads on ledger.content for select to custody_capture using (( SELECT pg_has_role(CURRENT_USER, 'custody_capture'::name, 'usage'::text) AS pg_has_role));
create policy operator_reads on ledger.content for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.content for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.content for select to custody_gateway, custody_evidence using (((((grps[1] = ANY (( SELECT ctx.groups() AS groups)::integer[])) OR (grps && ( SELECT ctx.groups() AS groups))) AND (NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = content.log_index))))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = content.log_index)
 OFFSET 0))));
comment on column ledger.content.captured is 'Microseconds since 1970-01-01T00:00:00Z by the clock of capture.';
comment on column ledger.content.grps is 'As in ledger.entries.';

create table ledger.dead_letters (
  seq bigint not null generated always as identity,
  cluster_id text collate "C" not null,
  topic_id text collate "C" not null,
  topic text collate "C" not null,
  partition integer not null,
  "offset" bigint not null,
  code text collate "C" not null,
  detail text collate "C" not null,
  key bytea,
  headers bytea not null,
  value bytea not null,
  found bigint not null,
  retried bigint,
  copied bigint,
  agency text collate "C",
  id text collate "C",
  content_hash bytea,
  constraint dead_letters_cluster_id_topic_id_partition_offset_key UNIQUE (cluster_id, topic_id, partition, "offset"),
  constraint dead_letters_pkey PRIMARY KEY (seq)
);
CREATE INDEX dead_letters_agency ON ledger.dead_letters USING btree (agency, seq);
CREATE INDEX dead_letters_event ON ledger.dead_letters USING btree (agency, id, seq) WHERE (agency IS NOT NULL);
CREATE INDEX dead_letters_not_copied ON ledger.dead_letters USING btree (seq) WHERE (copied IS NULL);
CREATE INDEX dead_letters_waiting ON ledger.dead_letters USING btree (seq) WHERE (retried IS NULL);
grant insert on ledger.dead_letters to custody_projector;
grant select on ledger.dead_letters to custody_gateway;
grant select on ledger.dead_letters to custody_operator;
grant select on ledger.dead_letters to custody_projector;
grant update on ledger.dead_letters (retried) to custody_operator;
grant update on ledger.dead_letters (copied) to custody_projector;
alter table ledger.dead_letters enable row level security, force row level security;
create policy operator_marks on ledger.dead_letters for update to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy operator_reads on ledger.dead_letters for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.dead_letters for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy projector_appends on ledger.dead_letters for insert to custody_projector with check (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy projector_marks on ledger.dead_letters for update to custody_projector using (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy projector_reads on ledger.dead_letters for select to custody_projector using (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy reader on ledger.dead_letters for select to custody_gateway using ((agency = ( SELECT ctx.agency() AS agency)));
comment on column ledger.dead_letters.headers is 'JSON text: pairs of a name and the raw bytes in base64.';
comment on column ledger.dead_letters.found is 'Microseconds since 1970 by the clock of the database; so retried.';
comment on column ledger.dead_letters.copied is 'When it was in the dead letters'' topic, as found; null: it is not there yet. A mark on each and no cursor: numbers are given before commit, so a lower one may appear behind a cursor.';
comment on column ledger.dead_letters.agency is 'Of the event that the record was, with id and content_hash; null where the record was not signed by a publisher of that agency, or before this was kept.';

create table ledger.entries (
  log_index bigint not null,
  agency text collate "C" not null,
  id text collate "C" not null,
  commitment bytea not null,
  content_hash bytea not null,
  grps integer[] not null default '{}'::integer[],
  constraint entries_agency_check CHECK (((octet_length(agency) >= 1) AND (octet_length(agency) <= 64))),
  constraint entries_commitment_check CHECK ((octet_length(commitment) = 32)),
  constraint entries_content_hash_check CHECK ((octet_length(content_hash) = 32)),
  constraint entries_event UNIQUE (agency, id),
  constraint entries_id_check CHECK (((octet_length(id) >= 1) AND (octet_length(id) <= 128))),
  constraint entries_pkey PRIMARY KEY (log_index)
);
alter table intake.entries attach partition ledger.entries default;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.entries FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.entries FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
grant insert on ledger.entries to custody_projector;
grant select on ledger.entries to custody_capture;
grant select on ledger.entries to custody_evidence;
grant select on ledger.entries to custody_gateway;
grant select on ledger.entries to custody_operator;
grant select on ledger.entries to custody_projector;
grant select on ledger.entries to custody_sealer;
alter table ledger.entries enable row level security, force row level security;
create policy capture_reads on ledger.entries for select to custody_capture using (( SELECT pg_has_role(CURRENT_USER, 'custody_capture'::name, 'usage'::text) AS pg_has_role));
create policy operator_reads on ledger.entries for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.entries for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy projector_reads on ledger.entries for select to custody_projector using (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy reader on ledger.entries for select to custody_gateway, custody_evidence using (((((grps[1] = ANY (( SELECT ctx.groups() AS groups)::integer[])) OR (grps && ( SELECT ctx.groups() AS groups))) AND (NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = entries.log_index))))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = entries.log_index)
 OFFSET 0))));
create policy sealer_reads on ledger.entries for select to custody_sealer using (( SELECT pg_has_role(CURRENT_USER, 'custody_sealer'::name, 'usage'::text) AS pg_has_role));
comment on column ledger.entries.grps is 'Reader groups that may read the row; none = nobody, so that a row whose readers were forgotten is seen by nobody.';

create table ledger.evidence_refs (
  sha256 bytea not null,
  grp integer not null,
  log_index bigint not null,
  kind smallint not null,
  constraint evidence_refs_pkey PRIMARY KEY (sha256, grp, log_index),
  constraint evidence_refs_sha256_check CHECK ((octet_length(sha256) = 32))
);
alter table intake.evidence_refs attach partition ledger.evidence_refs default;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.evidence_refs FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.evidence_refs FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
grant select on ledger.evidence_refs to custody_evidence;
grant select on ledger.evidence_refs to custody_gateway;
grant select on ledger.evidence_refs to custody_operator;
alter table ledger.evidence_refs enable row level security, force row level security;
create policy operator_reads on ledger.evidence_refs for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.evidence_refs for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.evidence_refs for select to custody_gateway, custody_evidence using (((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])) AND ((NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = evidence_refs.log_index)))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = evidence_refs.log_index)
 OFFSET 0)))));
comment on table ledger.evidence_refs is 'One row per (evidence, reader group) of an entry that cites the evidence, or says an act on it; derived, in the transaction of the entry.';

create table ledger.handlings (
  log_index bigint not null,
  grps integer[] not null,
  handling text collate "C" not null,
  approval text collate "C",
  constraint handlings_pkey PRIMARY KEY (log_index)
);
CREATE INDEX handlings_named ON ledger.handlings USING btree (log_index) WHERE (POSITION(('"principals":['::text) IN (handling)) > 0);
grant select on ledger.handlings to custody_evidence;
grant select on ledger.handlings to custody_gateway;
grant select on ledger.handlings to custody_operator;
alter table ledger.handlings enable row level security, force row level security;
create policy operator_reads on ledger.handlings for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.handlings for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.handlings for select to custody_gateway, custody_evidence using ((grps && ( SELECT ctx.groups() AS groups)));
comment on table ledger.handlings is 'The handling in effect of each entry that its own agency marked, and of each marking: derived, and its rows change.';
comment on column ledger.handlings.grps is 'Reader groups that may read the entry now, in the place of those that it came in with.';
comment on column ledger.handlings.approval is 'Of a marking that needs an approver: awaited, approved, undoing-awaited or void. Null: of any other.';

create table ledger.head (
  one boolean not null default true,
  size bigint not null,
  origin text collate "C" not null,
  map_salt bytea not null,
  frozen boolean not null default false,
  policy bigint not null default 0,
  searched_from bigint not null default 0,
  constraint head_map_salt_check CHECK ((octet_length(map_salt) = 32)),
  constraint head_one_check CHECK (one),
  constraint head_pkey PRIMARY KEY (one),
  constraint head_size_check CHECK ((size >= 0))
) with (fillfactor=10);
CREATE TRIGGER frozen BEFORE UPDATE ON ledger.head FOR EACH ROW WHEN (old.frozen) EXECUTE FUNCTION ledger.refuse_growth();
grant select on ledger.head to custody_capture;
grant select on ledger.head to custody_evidence;
grant select on ledger.head to custody_gateway;
grant select on ledger.head to custody_operator;
grant select on ledger.head to custody_projector;
grant select on ledger.head to custody_sealer;
grant select on ledger.head (size) to custody_access;
grant update on ledger.head (size) to custody_projector;
grant update on ledger.head (size) to custody_sealer;
grant select on ledger.head (origin) to custody_access;
grant update on ledger.head (frozen) to custody_sealer;
grant update on ledger.head (policy) to custody_projector;
comment on table ledger.head is 'One row. Its lock, held until commit, orders all projectors: log indexes are dense and commit in order.';
comment on column ledger.head.frozen is 'True for ever once the log has said that it ends (a notice): only seals that cover what came before are appended.';
comment on column ledger.head.policy is 'Log size from which on the handlings hold that are in effect now.';
comment on column ledger.head.searched_from is 'Log index from which on entries have their keys in sighting_keys; a rebuild makes those of all.';

create table ledger.marked (
  log_index bigint not null,
  changed bigint not null default 0,
  constraint marked_pkey PRIMARY KEY (log_index)
);
CREATE INDEX marked_changed ON ledger.marked USING btree (changed, log_index);
grant select on ledger.marked to custody_evidence;
grant select on ledger.marked to custody_gateway;
grant select on ledger.marked to custody_operator;
comment on table ledger.marked is 'Entries that have a row in ledger.handlings: numbers of the log and nothing else, so that a policy can ask without seeing that row.';
comment on column ledger.marked.changed is 'Log size with which its handling came to be what it is; 0: before anybody asked.';

create table ledger.migrations (
  id integer not null default nextval('ledger.migrations_id_seq'::regclass),
  "timestamp" bigint not null,
  name character varying not null,
  constraint "PK_8c82d7f526340ab734260ea46be" PRIMARY KEY (id)
);
grant select on ledger.migrations to custody_gateway;
grant select on ledger.migrations to custody_operator;
grant select on ledger.migrations to custody_projector;

create table ledger.notices (
  log_index bigint not null,
  bytes bytea not null,
  constraint notices_bytes_check CHECK (((octet_length(bytes) >= 1) AND (octet_length(bytes) <= 65535))),
  constraint notices_pkey PRIMARY KEY (log_index)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.notices FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.notices FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
grant insert on ledger.notices to custody_sealer;
grant select on ledger.notices to custody_capture;
grant select on ledger.notices to custody_gateway;
grant select on ledger.notices to custody_operator;
grant select on ledger.notices to custody_projector;
grant select on ledger.notices to custody_sealer;
comment on table ledger.notices is 'Entries of the log that its operator makes: genesis, seals. The log is these and ledger.entries together, dense.';

create table ledger.offsets (
  cluster_id text collate "C" not null,
  topic_id text collate "C" not null,
  partition integer not null,
  topic text collate "C" not null,
  next bigint not null,
  constraint offsets_next_check CHECK ((next >= 0)),
  constraint offsets_pkey PRIMARY KEY (cluster_id, topic_id, partition)
) with (fillfactor=10);
grant insert on ledger.offsets to custody_projector;
grant select on ledger.offsets to custody_gateway;
grant select on ledger.offsets to custody_operator;
grant select on ledger.offsets to custody_projector;
grant update on ledger.offsets (next) to custody_projector;
comment on table ledger.offsets is 'The first offset of a partition that is not in the ledger yet; moved by compare-and-set, first in the transaction.';

create table ledger.open_points (
  grp integer not null,
  code smallint not null,
  item text collate "C" not null,
  log_index bigint not null,
  constraint open_points_pkey PRIMARY KEY (grp, code, item, log_index)
);
alter table intake.open_points attach partition ledger.open_points default;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.open_points FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.open_points FOR EACH STATEMENT WHEN ((current_setting('custody.rebuild'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION ledger.refuse_change();
grant select on ledger.open_points to custody_gateway;
grant select on ledger.open_points to custody_operator;
alter table ledger.open_points enable row level security, force row level security;
create policy operator_reads on ledger.open_points for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.open_points for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.open_points for select to custody_gateway using (((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])) AND ((NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = open_points.log_index)))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = open_points.log_index)
 OFFSET 0)))));
comment on table ledger.open_points is 'Entries that may leave something for a person to decide, one row for each reader group. Whether they still do, the fold says. Derived.';
comment on column ledger.open_points.code is 'Position in OPEN_POINTS of libs/domain; item: whose it is, or empty.';

create table ledger.policy (
  log_index bigint not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  captured bigint not null,
  act bytea not null,
  constraint policy_pkey PRIMARY KEY (log_index)
);
alter table intake.policy attach partition ledger.policy default;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.policy FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change_but_rebuild();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.policy FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_but_rebuild();
grant insert on ledger.policy to custody_projector;
grant select on ledger.policy to custody_access;
alter table ledger.policy enable row level security, force row level security;
create policy access_reads on ledger.policy for select to custody_access using (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role));
create policy operator_reads on ledger.policy for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.policy for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
comment on table ledger.policy is 'Acts of policy in the order of the log, with or without effect: what they come to is folded from them.';
comment on column ledger.policy.agency is 'Of the author, with principal; captured in microseconds since 1970.';
comment on column ledger.policy.act is 'JSON: extension.policy of the document.';

create table ledger.reader_groups (
  id integer not null generated always as identity,
  name text collate "C" not null,
  constraint reader_groups_name_check CHECK (((octet_length(name) >= 1) AND (octet_length(name) <= 255))),
  constraint reader_groups_name_key UNIQUE (name),
  constraint reader_groups_pkey PRIMARY KEY (id)
);
grant insert on ledger.reader_groups to custody_projector;
grant select on ledger.reader_groups to custody_evidence;
grant select on ledger.reader_groups to custody_gateway;
grant select on ledger.reader_groups to custody_operator;
grant select on ledger.reader_groups to custody_projector;
alter table ledger.reader_groups enable row level security, force row level security;
create policy operator_reads on ledger.reader_groups for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.reader_groups for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy projector_appends on ledger.reader_groups for insert to custody_projector with check (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy projector_reads on ledger.reader_groups for select to custody_projector using (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy reader on ledger.reader_groups for select to custody_gateway, custody_evidence using ((id = ANY (( SELECT ctx.groups() AS groups)::integer[])));

create table ledger.relations (
  target_agency text collate "C" not null,
  target_id text collate "C" not null,
  grp integer not null,
  log_index bigint not null,
  kind smallint not null,
  word boolean not null default false,
  constraint relations_pkey PRIMARY KEY (target_agency, target_id, grp, log_index)
);
alter table intake.relations attach partition ledger.relations default;
CREATE INDEX relations_words ON ledger.relations USING btree (kind, target_agency, target_id, log_index) WHERE word;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.relations FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.relations FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
grant insert on ledger.relations to custody_projector;
grant select on ledger.relations to custody_evidence;
grant select on ledger.relations to custody_gateway;
grant select on ledger.relations to custody_operator;
grant select on ledger.relations to custody_projector;
alter table ledger.relations enable row level security, force row level security;
create policy operator_reads on ledger.relations for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.relations for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.relations for select to custody_gateway, custody_evidence using (((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])) AND ((NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = relations.log_index)))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = relations.log_index)
 OFFSET 0)))));
comment on column ledger.relations.word is 'The entry marks, corrects, withdraws or approves this event, and is of the same agency: not that it contradicts or resolves it.';

create table ledger.search_keys (
  grp integer not null,
  key text collate "C" not null,
  item text collate "C" not null,
  alias text collate "C" not null
);
alter table intake.search_keys attach partition ledger.search_keys default;
CREATE INDEX search_keys_key ON ledger.search_keys USING btree (grp, key);
grant insert on ledger.search_keys to custody_projector;
grant select on ledger.search_keys to custody_gateway;
grant select on ledger.search_keys to custody_operator;
grant select on ledger.search_keys to custody_projector;
alter table ledger.search_keys enable row level security, force row level security;
create policy operator_reads on ledger.search_keys for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.search_keys for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy projector_reads on ledger.search_keys for select to custody_projector using (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy reader on ledger.search_keys for select to custody_gateway using ((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])));
comment on table ledger.search_keys is 'Rows are unique by how they are made; a unique index over them would take four times the room of this one, whose equal keys are kept once.';
comment on column ledger.search_keys.alias is 'As stated, of a key by which an alias is found; empty: of the item itself.';

create table ledger.sighting_keys (
  grp integer not null,
  key integer not null,
  first bigint not null,
  more bytea not null,
  constraint sighting_keys_pkey PRIMARY KEY (grp, key, first)
);
alter table intake.sighting_keys attach partition ledger.sighting_keys default;
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.sighting_keys FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.sighting_keys FOR EACH STATEMENT WHEN ((current_setting('custody.rebuild'::text, true) IS DISTINCT FROM 'on'::text)) EXECUTE FUNCTION ledger.refuse_change();
grant select on ledger.sighting_keys to custody_gateway;
grant select on ledger.sighting_keys to custody_operator;
alter table ledger.sighting_keys enable row level security, force row level security;
create policy operator_reads on ledger.sighting_keys for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.sighting_keys for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy reader on ledger.sighting_keys for select to custody_gateway using ((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])));
comment on table ledger.sighting_keys is 'Which entries have a key of search, by reader group: one row for those of one batch. Derived; a row says of no entry that it may be read, which is asked of the entries.';
comment on column ledger.sighting_keys.first is 'Log index of the first.';
comment on column ledger.sighting_keys.more is 'Of the others how far each lies behind the first: 16 bits, big-endian, rising.';

create table ledger.spoken (
  log_index bigint not null,
  kind smallint not null,
  agency text collate "C" not null,
  target text collate "C",
  handling text collate "C" not null,
  gives text collate "C",
  approves text collate "C",
  in_force boolean,
  approved_at bigint,
  undone boolean,
  lifted boolean,
  fits boolean,
  constraint spoken_pkey PRIMARY KEY (log_index)
);
alter table intake.spoken attach partition ledger.spoken default;
CREATE INDEX spoken_approvals ON ledger.spoken USING btree (agency, target, approves, log_index) WHERE ((kind = 14) AND in_force);
CREATE INDEX spoken_undecided ON ledger.spoken USING btree (agency, target, approves, log_index) WHERE ((kind = 14) AND (in_force IS NULL));
CREATE INDEX spoken_words ON ledger.spoken USING btree (kind, agency, target, log_index) WHERE (target IS NOT NULL);
grant select on ledger.spoken to custody_operator;
alter table ledger.spoken enable row level security, force row level security;
create policy operator_reads on ledger.spoken for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.spoken for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
comment on table ledger.spoken is 'What an entry says of handlings: its own, where its reader groups do not tell it, and of which event of its agency it is a word. Derived.';
comment on column ledger.spoken.target is 'The event of the same agency that it marks, corrects, withdraws or approves: a word of that agency about it.';
comment on column ledger.spoken.handling is 'As submitted.';
comment on column ledger.spoken.gives is 'Of a marking: the handling that it says.';
comment on column ledger.spoken.approves is 'Of an approval: the hash of what is approved.';
comment on column ledger.spoken.in_force is 'Of an approval of the bytes that stand, once it was asked for: whether it counts. Another than their author made it, who had the authority to where it stands in the log.';
comment on column ledger.spoken.approved_at is 'Of a marking: where in the log another principal first approved it.';
comment on column ledger.spoken.undone is 'Of a marking: a retraction or correction of it is there.';
comment on column ledger.spoken.lifted is 'Of a marking: such a one was itself approved, and stands.';
comment on column ledger.spoken.fits is 'Of an approved marking: whether its target may have rows for all whom it names. Where it may, they are there.';

create table ledger.timeline (
  item text collate "C" not null,
  grp integer not null,
  starts bigint not null,
  ends bigint not null,
  agency text collate "C" not null,
  id text collate "C" not null,
  log_index bigint not null,
  kind smallint not null,
  map_key bytea not null,
  constraint timeline_item_check CHECK ((octet_length(item) <= 1024)),
  constraint timeline_map_key_check CHECK ((octet_length(map_key) = ANY (ARRAY[0, 32]))),
  constraint timeline_pkey PRIMARY KEY (item, grp, starts, ends, agency, id) INCLUDE (log_index)
);
alter table intake.timeline attach partition ledger.timeline default;
CREATE INDEX timeline_claims ON ledger.timeline USING btree (item, grp, log_index) WHERE (kind = ANY (ARRAY[8, 9]));
CREATE INDEX timeline_log_index ON ledger.timeline USING btree (log_index);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON ledger.timeline FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON ledger.timeline FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
grant insert on ledger.timeline to custody_projector;
grant select on ledger.timeline to custody_capture;
grant select on ledger.timeline to custody_gateway;
grant select on ledger.timeline to custody_operator;
grant select on ledger.timeline to custody_projector;
grant select on ledger.timeline to custody_sealer;
alter table ledger.timeline enable row level security, force row level security;
create policy capture_reads on ledger.timeline for select to custody_capture using (( SELECT pg_has_role(CURRENT_USER, 'custody_capture'::name, 'usage'::text) AS pg_has_role));
create policy operator_reads on ledger.timeline for select to custody_operator using (( SELECT pg_has_role(CURRENT_USER, 'custody_operator'::name, 'usage'::text) AS pg_has_role));
create policy owner on ledger.timeline for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
create policy projector_reads on ledger.timeline for select to custody_projector using (( SELECT pg_has_role(CURRENT_USER, 'custody_projector'::name, 'usage'::text) AS pg_has_role));
create policy reader on ledger.timeline for select to custody_gateway using (((grp = ANY (( SELECT ctx.groups() AS groups)::integer[])) AND ((NOT (EXISTS ( SELECT
   FROM ledger.marked m
  WHERE (m.log_index = timeline.log_index)))) OR (EXISTS ( SELECT
   FROM ledger.handlings h
  WHERE (h.log_index = timeline.log_index)
 OFFSET 0)))));
create policy sealer_reads on ledger.timeline for select to custody_sealer using (( SELECT pg_has_role(CURRENT_USER, 'custody_sealer'::name, 'usage'::text) AS pg_has_role));
comment on table ledger.timeline is 'One row per (item, reader group) of an entry; an entry without items stands under the item '''' so that its reader groups are known.';
comment on column ledger.timeline.starts is 'Microseconds since 1970, start of occurred; the greatest bigint where it is not known. So for ends.';
comment on column ledger.timeline.map_key is 'Empty: a marking opened the entry to this group later. The row is a leaf of no item tree.';

create table login.key_uses (
  agency text collate "C" not null,
  key text collate "C" not null,
  used timestamp with time zone not null,
  constraint key_uses_pkey PRIMARY KEY (agency, key)
);
grant insert on login.key_uses to custody_access;
grant select on login.key_uses to custody_access;
grant update on login.key_uses (used) to custody_access;
alter table login.key_uses enable row level security, force row level security;
create policy access on login.key_uses for all to custody_access using (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role)) with check (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role));
create policy owner on login.key_uses for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
comment on table login.key_uses is 'When each API key was last let in. Not derived from the log, and in no backup.';
comment on column login.key_uses.used is 'To the minute, by the clock of the database.';

create table login.key_uses_begun (
  begun timestamp with time zone not null default date_trunc('minute'::text, clock_timestamp(), 'UTC'::text)
);
grant select on login.key_uses_begun to custody_access;
alter table login.key_uses_begun enable row level security, force row level security;
create policy access on login.key_uses_begun for all to custody_access using (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role)) with check (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role));
create policy owner on login.key_uses_begun for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
comment on table login.key_uses_begun is 'Since when uses are noted: of a key that is older, nobody can say that it was never used.';

create table login.sessions (
  id text collate "C" not null,
  sha256 bytea not null,
  agency text collate "C" not null,
  principal text collate "C" not null,
  issuer text collate "C",
  subject text collate "C",
  begun timestamp with time zone not null default clock_timestamp(),
  seen timestamp with time zone not null default clock_timestamp(),
  expires timestamp with time zone not null,
  ended timestamp with time zone,
  ended_by text collate "C",
  constraint sessions_check CHECK (((issuer IS NULL) = (subject IS NULL))),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_sha256_check CHECK ((octet_length(sha256) = 32)),
  constraint sessions_sha256_key UNIQUE (sha256)
);
CREATE INDEX sessions_expired ON login.sessions USING btree (expires);
CREATE INDEX sessions_of_principal ON login.sessions USING btree (agency, principal, begun);
grant insert on login.sessions to custody_access;
grant select on login.sessions to custody_access;
grant update on login.sessions (seen) to custody_access;
grant update on login.sessions (ended) to custody_access;
grant update on login.sessions (ended_by) to custody_access;
alter table login.sessions enable row level security, force row level security;
create policy access on login.sessions for all to custody_access using (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role)) with check (( SELECT pg_has_role(CURRENT_USER, 'custody_access'::name, 'usage'::text) AS pg_has_role));
create policy owner on login.sessions for all to owner using ((CURRENT_USER = ( SELECT pg_get_userbyid(pg_namespace.nspowner) AS pg_get_userbyid
   FROM pg_namespace
  WHERE (pg_namespace.nspname = 'ctx'::name))));
comment on table login.sessions is 'Who is logged in by a browser. Not derived from the log, and in no backup: without its rows everybody logs in again.';
comment on column login.sessions.sha256 is 'Of the text of the cookie, which is kept nowhere.';
comment on column login.sessions.issuer is 'With subject: the account by which the session began; null: the one-time link of this machine.';
comment on column login.sessions.ended is 'Before its time: by its principal, or an admin of the agency.';

create table proof.access_tiles (
  level smallint not null,
  n bigint not null,
  hashes bytea not null,
  constraint access_tiles_hashes_check CHECK ((((octet_length(hashes) >= 32) AND (octet_length(hashes) <= 8192)) AND ((octet_length(hashes) % 32) = 0))),
  constraint access_tiles_pkey PRIMARY KEY (level, n)
);
grant insert on proof.access_tiles to custody_sealer;
grant select on proof.access_tiles to custody_gateway;
grant select on proof.access_tiles to custody_operator;
grant select on proof.access_tiles to custody_sealer;
grant update on proof.access_tiles (hashes) to custody_sealer;
comment on table proof.access_tiles is 'Tiles of the access log, as proof.tiles are of the log.';

create table proof.checkpoints (
  size bigint not null,
  note text collate "C" not null,
  constraint checkpoints_pkey PRIMARY KEY (size)
);
grant insert on proof.checkpoints to custody_sealer;
grant select on proof.checkpoints to custody_gateway;
grant select on proof.checkpoints to custody_operator;
grant select on proof.checkpoints to custody_sealer;
grant update on proof.checkpoints (note) to custody_sealer;
comment on table proof.checkpoints is 'Signed notes (C2SP tlog-checkpoint), with the cosignatures that were there when it was published.';

create table proof.item_leaves (
  item integer not null,
  n integer not null,
  log_index bigint not null,
  hashes bytea not null,
  constraint item_leaves_pkey PRIMARY KEY (item, n)
);
CREATE INDEX item_leaves_log_index ON proof.item_leaves USING btree (log_index);
grant insert on proof.item_leaves to custody_sealer;
grant select on proof.item_leaves to custody_gateway;
grant select on proof.item_leaves to custody_operator;
grant select on proof.item_leaves to custody_sealer;
comment on column proof.item_leaves.hashes is 'The hashes that leaf n completes: its own, then of each larger complete subtree. Node (level, k) stands in the row (k + 1) * 2^level - 1.';

create table proof.items (
  item integer not null,
  map_key bytea not null,
  constraint items_map_key_check CHECK ((octet_length(map_key) = 32)),
  constraint items_map_key_key UNIQUE (map_key),
  constraint items_pkey PRIMARY KEY (item)
);
grant insert on proof.items to custody_sealer;
grant select on proof.items to custody_gateway;
grant select on proof.items to custody_operator;
grant select on proof.items to custody_sealer;

create table proof.map_tiles (
  tile integer not null,
  seal bigint not null,
  changed bytea not null,
  kinds bytea not null,
  hashes bytea not null,
  constraint map_tiles_changed_check CHECK ((octet_length(changed) = 32)),
  constraint map_tiles_pkey PRIMARY KEY (tile, seal)
);
CREATE INDEX map_tiles_seal ON proof.map_tiles USING btree (seal);
grant insert on proof.map_tiles to custody_sealer;
grant select on proof.map_tiles to custody_gateway;
grant select on proof.map_tiles to custody_operator;
grant select on proof.map_tiles to custody_sealer;
comment on table proof.map_tiles is 'Hashes of the item map that a seal changed: tile 0 at depth 8, tile 1 + p at depth 16 below prefix p. changed: a bit for each of 256, most significant first; of each of those a byte of kinds: 1 where one leaf alone lies below, 2 for an inner node.';

create table proof.sealer (
  one boolean not null default true,
  token bigint not null,
  constraint sealer_one_check CHECK (one),
  constraint sealer_pkey PRIMARY KEY (one),
  constraint sealer_token_check CHECK ((token >= 0))
);
grant insert on proof.sealer to custody_sealer;
grant select on proof.sealer to custody_gateway;
grant select on proof.sealer to custody_operator;
grant select on proof.sealer to custody_sealer;
grant update on proof.sealer (token) to custody_sealer;
comment on table proof.sealer is 'One row. Who starts to seal raises the token; a seal is written only under the token that its writer took.';

create table proof.seals (
  log_index bigint not null,
  covers bigint not null,
  "time" bigint not null,
  map_root bytea not null,
  map_size bigint not null,
  access_size bigint,
  access_root bytea,
  constraint access_whole CHECK (((access_size IS NULL) = (access_root IS NULL))),
  constraint seals_access_root_check CHECK ((octet_length(access_root) = 32)),
  constraint seals_map_root_check CHECK ((octet_length(map_root) = 32)),
  constraint seals_pkey PRIMARY KEY (log_index)
);
CREATE INDEX seals_access ON proof.seals USING btree (access_size, log_index) WHERE (access_size IS NOT NULL);
CREATE INDEX seals_covers ON proof.seals USING btree (covers);
CREATE INDEX seals_time ON proof.seals USING btree ("time", log_index);
grant insert on proof.seals to custody_sealer;
grant select on proof.seals to custody_gateway;
grant select on proof.seals to custody_operator;
grant select on proof.seals to custody_sealer;
comment on table proof.seals is 'The seals of ledger.notices once more, to be looked up by what they cover. time: microseconds since 1970.';
comment on column proof.seals.access_size is 'Records of the access log that the seal stands over; null: there were none.';

create table proof.tiles (
  level smallint not null,
  n bigint not null,
  hashes bytea not null,
  constraint tiles_hashes_check CHECK ((((octet_length(hashes) >= 32) AND (octet_length(hashes) <= 8192)) AND ((octet_length(hashes) % 32) = 0))),
  constraint tiles_pkey PRIMARY KEY (level, n)
);
grant insert on proof.tiles to custody_sealer;
grant select on proof.tiles to custody_gateway;
grant select on proof.tiles to custody_operator;
grant select on proof.tiles to custody_sealer;
grant update on proof.tiles (hashes) to custody_sealer;
comment on table proof.tiles is 'C2SP tlog-tiles. A tile that has grown begins with what it was: one row serves each of its widths.';

create table proof.waiting_heads (
  size bigint not null,
  note text collate "C" not null,
  published boolean not null default false,
  constraint waiting_heads_pkey PRIMARY KEY (size)
);
grant insert on proof.waiting_heads to custody_sealer;
grant select on proof.waiting_heads to custody_gateway;
grant select on proof.waiting_heads to custody_operator;
grant select on proof.waiting_heads to custody_sealer;
grant update on proof.waiting_heads (note) to custody_sealer;
grant update on proof.waiting_heads (published) to custody_sealer;
comment on table proof.waiting_heads is 'Heads that the log signed and that are not published: they wait for cosignatures, or a later one was published before them. Once one is published it is in proof.checkpoints.';

CREATE OR REPLACE FUNCTION access.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  raise exception 'ledger.append-only: the access log only grows; % of %.% was refused.', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = 'CL001';
end $function$

CREATE OR REPLACE FUNCTION access.refuse_shrinking()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  if new.size >= old.size then
    return new;
  end if;
  raise exception 'ledger.append-only: the access log only grows; % of %.% was refused.', lower(tg_op), tg_table_schema, tg_table_name
    using errcode = 'CL001';
end $function$

CREATE OR REPLACE FUNCTION access.take(count bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
AS $function$
declare
  first bigint;
begin
  update access.head set size = size + count where size >= (select max(size) from access.head) returning size - count into first;
  return first;
end $function$
grant execute on function access.take(bigint) to custody_access;

CREATE OR REPLACE FUNCTION ctx.agency()
 RETURNS text
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  given constant text := current_setting('custody.context', true);
  said constant text := left(given, -65);
  pads record;
begin
  select s.inner_pad, s.outer_pad into pads from ctx.secrets s where s.id = split_part(said, ' ', 2);
  if not found
    or encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(said, 'UTF8'))), 'hex') is distinct from right(given, 64)
    or split_part(said, ' ', 1) <> 'read'
    or split_part(said, ' ', 3)::integer <> pg_backend_pid()
    or split_part(said, ' ', 4)::bigint < extract(epoch from now())
  then
    return '';
  end if;
  return split_part(said, ' ', 5);
end $function$
grant execute on function ctx.agency() to custody_evidence;
grant execute on function ctx.agency() to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.case_acts(of_agency text, of_id text, below bigint, most integer, bytes_most bigint)
 RETURNS TABLE(log_index bigint, agency text, id text, principal text, captured bigint, bytes bytea, commitment bytea, content_hash bytea, secret bytea, handling text)
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  readers constant integer[] := ctx.groups();
begin
  if not exists (
    select from ledger.entries e
    where e.agency = of_agency and e.id = of_id and e.log_index < below
      and exists (select from ledger.timeline t where t.log_index = e.log_index and t.kind = 19)
      and case when exists (select from ledger.marked m where m.log_index = e.log_index)
        then exists (select from ledger.handlings h where h.log_index = e.log_index and h.grps && readers)
        else e.grps && readers end
  ) then
    return;
  end if;
  return query
    select f.log_index, f.agency, f.id, f.principal, f.captured, f.bytes, f.commitment, f.content_hash, f.secret,
      (select h.handling from ledger.handlings h where h.log_index = f.log_index)
    from (
      select e.log_index, e.agency, e.id, c.principal, c.captured, c.bytes, e.commitment, e.content_hash, c.secret,
        sum(octet_length(c.bytes)) over (order by e.log_index) - octet_length(c.bytes) as bytes_before
      from (
        select r.log_index from ledger.relations r
        where r.target_agency = of_agency and r.target_id = of_id
          and r.grp = (select g.id from ledger.reader_groups g where g.name = 'agency:' || of_agency)
          and r.log_index < below and r.kind = 20
        order by r.target_agency, r.target_id, r.grp, r.log_index
        limit most
      ) acts
      cross join lateral (select * from ledger.entries e where e.log_index = acts.log_index offset 0) e
      cross join lateral (select * from ledger.content c where c.log_index = acts.log_index offset 0) c
    ) f
    where f.bytes_before <= bytes_most
    order by f.log_index;
end $function$
grant execute on function ctx.case_acts(text,text,bigint,integer,bigint) to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.commitments(first bigint, behind bigint)
 RETURNS TABLE(log_index bigint, commitment bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select e.log_index, e.commitment from ledger.entries e where e.log_index >= first and e.log_index < behind order by e.log_index
$function$
grant execute on function ctx.commitments(bigint,bigint) to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.commitments_at(indexes bigint[])
 RETURNS TABLE(log_index bigint, commitment bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select e.log_index, e.commitment from ledger.entries e where e.log_index = any(indexes)
$function$
grant execute on function ctx.commitments_at(bigint[]) to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.events_named(named text)
 RETURNS SETOF bigint
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  readers constant integer[] := ctx.groups();
begin
  return query
    with recursive agencies (agency) as (
      (select e.agency from ledger.entries e order by e.agency limit 1)
      union all
      select (select e.agency from ledger.entries e where e.agency > a.agency order by e.agency limit 1) from agencies a where a.agency is not null
    )
    select e.log_index from agencies a
    cross join lateral (select f.log_index, f.grps from ledger.entries f where f.agency = a.agency and f.id = named offset 0) e
    left join ledger.handlings h on h.log_index = e.log_index
    where coalesce(h.grps, e.grps) && readers;
end $function$
grant execute on function ctx.events_named(text) to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.groups()
 RETURNS integer[]
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  given constant text := current_setting('custody.context', true);
  said constant text := left(given, -65);
  pads record;
begin
  select s.inner_pad, s.outer_pad into pads from ctx.secrets s where s.id = split_part(said, ' ', 2);
  if not found
    or encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(said, 'UTF8'))), 'hex') is distinct from right(given, 64)
    or split_part(said, ' ', 1) <> 'read'
    or split_part(said, ' ', 3)::integer <> pg_backend_pid()
    or split_part(said, ' ', 4)::bigint < extract(epoch from now())
  then
    return '{}';
  end if;
  return split_part(said, ' ', 6)::integer[];
end $function$
grant execute on function ctx.groups() to custody_evidence;
grant execute on function ctx.groups() to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.groups_named(given_names text)
 RETURNS TABLE(id integer, name text)
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  given constant text := given_names;
  said constant text := left(given, -65);
  pads record;
begin
  select s.inner_pad, s.outer_pad into pads from ctx.secrets s where s.id = split_part(said, ' ', 2);
  if not found
    or encode(sha256(pads.outer_pad || sha256(pads.inner_pad || convert_to(said, 'UTF8'))), 'hex') is distinct from right(given, 64)
    or split_part(said, ' ', 1) <> 'names'
    or split_part(said, ' ', 3)::integer <> pg_backend_pid()
    or split_part(said, ' ', 4)::bigint < extract(epoch from now())
  then
    return;
  end if;
  return query select g.id, g.name from ledger.reader_groups g
    where g.name = any (array(select json_array_elements_text(convert_from(decode(split_part(said, ' ', 5), 'hex'), 'UTF8')::json)));
end $function$
grant execute on function ctx.groups_named(text) to custody_evidence;
grant execute on function ctx.groups_named(text) to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.map_links(first bigint, behind bigint, most bigint)
 RETURNS TABLE(log_index bigint, map_key bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select t.log_index, t.map_key from ledger.timeline t
  where t.log_index >= first and t.log_index < behind and t.item <> '' and t.map_key <> ''
  order by t.log_index, t.map_key limit most
$function$
grant execute on function ctx.map_links(bigint,bigint,bigint) to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.named_to_others(indexes bigint[], submitting_agency text, submitter text)
 RETURNS SETOF bigint
 LANGUAGE sql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select c.log_index
  from unnest(indexes) as asked (log_index)
  cross join lateral (
    (select n.log_index from ledger.content n
    where n.log_index = asked.log_index and position('\x227072696e636970616c73223a5b'::bytea in n.bytes) > 0 offset 0)
    union
    (select h.log_index from ledger.handlings h where h.log_index = asked.log_index and position('"principals":[' in h.handling) > 0 offset 0)
  ) named
  join ledger.content c on c.log_index = named.log_index
  join ledger.entries e on e.log_index = named.log_index
  left join ledger.handlings h on h.log_index = named.log_index
  cross join lateral (select coalesce(h.handling::jsonb, convert_from(c.bytes, 'UTF8')::jsonb -> 'handling') as said offset 0) handling
  where said ->> 'tlp' = 'RED' and jsonb_array_length(said -> 'principals') > 0
    and not (e.agency = submitting_agency and c.principal = submitter)
    and not said -> 'principals' ?| array[submitter, submitting_agency || '/' || submitter]
$function$
grant execute on function ctx.named_to_others(bigint[],text,text) to custody_capture;

CREATE OR REPLACE FUNCTION ctx.told_markings(indexes bigint[])
 RETURNS TABLE(log_index bigint, agency text, id text, principal text, captured bigint, bytes bytea, commitment bytea, content_hash bytea, secret bytea)
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  readers constant integer[] := ctx.groups();
begin
  return query
    select e.log_index, e.agency, e.id, c.principal, c.captured, c.bytes, e.commitment, e.content_hash, c.secret
    from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.spoken s where s.log_index = asked.log_index and s.kind = 13 and s.target is not null offset 0) s
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index and e.grps && readers offset 0) e
    cross join lateral (
      select * from ledger.content c
      where c.log_index = asked.log_index and position('\x2277697468686f6c6473223a7b'::bytea in c.bytes) > 0 offset 0
    ) c
    where not exists (
      select from ledger.entries t join ledger.spoken about on about.log_index = t.log_index
      where t.agency = e.agency and t.id = s.target and about.kind = 13
    ) and not exists (
      select from unnest(array[9, 10, 13]) as of (kind)
      cross join lateral (select from ledger.spoken w where w.kind = of.kind and w.agency = e.agency and w.target = e.id limit 1) w
    )
    order by e.log_index;
end $function$
grant execute on function ctx.told_markings(bigint[]) to custody_gateway;

CREATE OR REPLACE FUNCTION ctx.touched(items text[])
 RETURNS SETOF text
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  readers constant integer[] := ctx.groups();
begin
  return query
    select distinct t.item from ledger.handlings h
    join ledger.timeline t on t.log_index = h.log_index and t.item = any(items) and t.grp = any(readers)
    where not h.grps && readers;
end $function$
grant execute on function ctx.touched(text[]) to custody_gateway;

CREATE OR REPLACE FUNCTION ledger.acts_until(last bigint)
 RETURNS TABLE(log_index bigint, agency text, principal text, captured bigint, act bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select p.log_index, p.agency, p.principal, p.captured, p.act from ledger.policy p where p.log_index <= last order by p.log_index
$function$
grant execute on function ledger.acts_until(bigint) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.approval_of(of_agency text, of_id text, hash bytea)
 RETURNS bigint
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.log_index from ledger.spoken s
  where s.kind = 14 and s.in_force and s.agency = of_agency and s.target = of_id and s.approves = encode(hash, 'hex') order by s.log_index limit 1
$function$

CREATE OR REPLACE FUNCTION ledger.awaited(first bigint, behind bigint)
 RETURNS TABLE(agency text, id text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select e.agency, e.id from ledger.entries e
  where (select exists (select from ledger.spoken where target is not null and kind = 13)) and e.log_index >= first and e.log_index < behind
    and exists (select from ledger.spoken w where w.kind = 13 and w.agency = e.agency and w.target = e.id)
$function$
grant execute on function ledger.awaited(bigint,bigint) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.decide_approvals(indexes bigint[], decided boolean[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update ledger.spoken s set in_force = d.decided from unnest(indexes, decided) as d (log_index, decided) where s.log_index = d.log_index
$function$
grant execute on function ledger.decide_approvals(bigint[],boolean[]) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.handled_content(indexes bigint[])
 RETURNS TABLE(log_index bigint, shown_in integer[], bytes bytea)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select c.log_index, array(select distinct t.grp from ledger.timeline t where t.log_index = c.log_index), c.bytes
  from ledger.content c where c.log_index = any(indexes) and exists (
    select from ledger.entries e
    join ledger.spoken w on w.kind = 13 and w.agency = e.agency and w.target = e.id
    where e.log_index = c.log_index)
$function$
grant execute on function ledger.handled_content(bigint[]) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.handled_events(agencies text[], ids text[])
 RETURNS TABLE(log_index bigint, agency text, id text, principal text, captured bigint, kind smallint, target text, handling text, gives text, approved_at bigint, undone boolean, lifted boolean, fits boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select e.log_index, e.agency, e.id, c.principal, c.captured, s.kind, s.target,
    coalesce(s.handling, (select case g.name when 'clear' then '{"tlp":"CLEAR"}' when 'green' then '{"tlp":"GREEN"}' end
      from ledger.reader_groups g where g.id = e.grps[1])),
    s.gives, s.approved_at, s.undone, s.lifted, s.fits
  from unnest(agencies, ids) as asked (agency, id)
  cross join lateral (select * from ledger.entries e where e.agency = asked.agency and e.id = asked.id offset 0) e
  cross join lateral (select c.principal, c.captured from ledger.content c where c.log_index = e.log_index offset 0) c
  left join lateral (select * from ledger.spoken s where s.log_index = e.log_index offset 0) s on true
  where s.target is not null or s.kind = 13
    or exists (select from ledger.spoken w where w.kind = 13 and w.agency = e.agency and w.target = e.id)
$function$
grant execute on function ledger.handled_events(text[],text[]) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.judge_markings(indexes bigint[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with asked as materialized (
    select e.log_index, e.agency, e.id, e.content_hash from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index offset 0) e
  ), undoing as materialized (
    select a.log_index as of, ledger.approval_of(a.agency, e.id, e.content_hash) is not null
      and not exists (select from ledger.spoken u where u.kind = 9 and u.agency = a.agency and u.target = e.id)
      and not exists (select from ledger.spoken u where u.kind = 10 and u.agency = a.agency and u.target = e.id) as lifts
    from asked a cross join unnest(array[9, 10]) as of (kind) cross join lateral ledger.words_on(of.kind, a.agency, a.id) w
    cross join lateral (select e.id, e.content_hash from ledger.entries e where e.log_index = w.log_index offset 0) e
  ), judged as materialized (
    select a.log_index, ledger.approval_of(a.agency, a.id, a.content_hash) as approved_at,
      exists (select from undoing u where u.of = a.log_index) as undone, exists (select from undoing u where u.of = a.log_index and u.lifts) as lifted
    from asked a
  )
  update ledger.spoken s set approved_at = j.approved_at, undone = j.undone, lifted = j.lifted from judged j
  where s.log_index = j.log_index and (s.approved_at, s.undone, s.lifted) is distinct from (j.approved_at, j.undone, j.lifted)
$function$
grant execute on function ledger.judge_markings(bigint[]) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.keep_fits(indexes bigint[], kept boolean[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  update ledger.spoken s set fits = k.fits from unnest(indexes, kept) as k (log_index, fits) where s.log_index = k.log_index
$function$
grant execute on function ledger.keep_fits(bigint[],boolean[]) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.markings_of(agencies text[], ids text[], most integer, bytes integer)
 RETURNS TABLE(of_id text, size bigint, log_index bigint, agency text, id text, principal text, captured bigint, kind smallint, target text, handling text, gives text, approved_at bigint, undone boolean, lifted boolean, fits boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select asked.id, w.size, w.log_index, w.agency, by.id, by.principal, by.captured, w.kind, w.target,
    case when w.size <= bytes then w.handling end, case when w.size <= bytes then w.gives end, w.approved_at, w.undone, w.lifted, w.fits
  from unnest(agencies, ids) as asked (agency, id)
  cross join lateral (
    select first.*, sum(octet_length(first.handling) + coalesce(octet_length(first.gives), 0)) over (order by first.log_index) as size
    from (
      select * from ledger.spoken s where s.kind = 13 and s.agency = asked.agency and s.target = asked.id order by s.log_index limit most
    ) first
  ) w
  cross join lateral (
    select e.id, c.principal, c.captured from ledger.entries e join ledger.content c on c.log_index = e.log_index
    where e.log_index = w.log_index offset 0
  ) by
  order by w.agency, asked.id, w.log_index
$function$
grant execute on function ledger.markings_of(text[],text[],integer,integer) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  -- A rebuild empties what is derived from entries and content; only the owner may truncate at all.
  if tg_op = 'TRUNCATE' and tg_table_name in ('timeline', 'relations', 'evidence_refs') and current_setting('custody.rebuild', true) = 'on' then
    return null;
  end if;
  raise exception 'ledger.append-only: the ledger only grows; % of %.% was refused. Submit a correction, a retraction or a marking instead.',
    lower(tg_op), tg_table_schema, tg_table_name using errcode = 'CL001';
end $function$

CREATE OR REPLACE FUNCTION ledger.refuse_change_but_rebuild()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  -- A rebuild empties what is derived from entries and content; only the owner may truncate at all.
  if tg_op = 'TRUNCATE' and current_setting('custody.rebuild', true) = 'on' then
    return null;
  end if;
  raise exception 'ledger.append-only: the ledger only grows; % of %.% was refused. Submit another act instead.',
    lower(tg_op), tg_table_schema, tg_table_name using errcode = 'CL001';
end $function$

CREATE OR REPLACE FUNCTION ledger.refuse_growth()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  if not new.frozen or (new.size <> old.size and not pg_has_role(current_user, 'custody_sealer', 'usage')) then
    raise exception 'log.frozen: this log has ended; nothing is appended to it.' using errcode = 'CL002';
  end if;
  return new;
end $function$

CREATE OR REPLACE FUNCTION ledger.set_handlings(indexes bigint[], groups_of text[], said text[], approvals text[])
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with given as (
    select i as log_index, g::integer[] as grps, s as handling, a as approval from unnest(indexes, groups_of, said, approvals) as given (i, g, s, a)
  ), other as materialized (
    select g.* from given g left join lateral (select * from ledger.handlings h where h.log_index = g.log_index offset 0) h on true
    where h.log_index is null or h.grps <> g.grps or h.handling <> g.handling or h.approval is distinct from g.approval
  ), named as (
    insert into ledger.marked as m (log_index, changed) select o.log_index, (select size from ledger.head) from other o
    on conflict (log_index) do update set changed = excluded.changed
  ), changed as (
    insert into ledger.handlings as h (log_index, grps, handling, approval) select * from other
    on conflict (log_index) do update set grps = excluded.grps, handling = excluded.handling, approval = excluded.approval
    returning 1
  )
  select count(*) from changed
$function$
grant execute on function ledger.set_handlings(bigint[],text[],text[],text[]) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.undecided_approvals(indexes bigint[])
 RETURNS TABLE(n bigint, by_another boolean)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  with markings as materialized (
    select e.log_index, e.agency, e.id, e.content_hash from unnest(indexes) as asked (log_index)
    cross join lateral (select * from ledger.entries e where e.log_index = asked.log_index offset 0) e
  ), approved as materialized (
    select log_index, agency, id, content_hash from markings
    union
    select w.log_index, m.agency, e.id, e.content_hash
    from markings m cross join unnest(array[9, 10]) as of (kind) cross join lateral ledger.words_on(of.kind, m.agency, m.id) w
    cross join lateral (select e.id, e.content_hash from ledger.entries e where e.log_index = w.log_index offset 0) e
  )
  select a.log_index, by.principal <> author.principal
  from approved p
  cross join lateral (
    select s.log_index from ledger.spoken s
    where s.kind = 14 and s.in_force is null and s.agency = p.agency and s.target = p.id and s.approves = encode(p.content_hash, 'hex') offset 0
  ) a
  cross join lateral (select c.principal from ledger.content c where c.log_index = a.log_index offset 0) by
  cross join lateral (select c.principal from ledger.content c where c.log_index = p.log_index offset 0) author
  order by a.log_index
$function$
grant execute on function ledger.undecided_approvals(bigint[]) to custody_projector;

CREATE OR REPLACE FUNCTION ledger.words_on(of_kind integer, of_agency text, of_id text)
 RETURNS TABLE(log_index bigint, approves text, in_force boolean)
 LANGUAGE sql
 STABLE
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select s.log_index, s.approves, s.in_force from ledger.spoken s
  where s.kind = of_kind and s.agency = of_agency and s.target = of_id order by s.log_index limit 8
$function$

CREATE OR REPLACE FUNCTION login.forget()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  delete from login.sessions where expires < statement_timestamp() - interval '7 days'
$function$
grant execute on function login.forget() to custody_access;
