/**
 * The error catalogue: every code that the product answers, logs or keeps with a dead letter, in one place. A code is stable for ever;
 * its words may be mended. Problem pages and docs/errors.md are made from it (problem.ts).
 * Status: 400 where the text is not JSON or the request is malformed, 422 where it is JSON that cannot be accepted;
 * `status: null`: never an HTTP answer (a configuration error, a dead letter's reason, a finding about a topic, a rejected row).
 */
export interface ErrorEntry {
  readonly status: number | null;
  readonly title: string;
  /** What happened, and what was and was not done. */
  readonly meaning: string;
  /** What to do now. */
  readonly remedy: string;
}

const entry = (status: number | null, title: string, meaning: string, remedy: string): ErrorEntry => ({ status, title, meaning, remedy });

const NOTHING_STORED = 'Nothing was stored.';
const EVIDENCE = 'Keep the database as it is for whoever looks into it, and find out who changed it; then restore a backup that verifies.';
const TILES = 'What was signed still stands. Find out who changed the row; then restore a backup that verifies.';

// One code a line, to be read as a table. prettier-ignore keeps it so.
// prettier-ignore
export const ERRORS = {
  // The text and its JSON (RFC 8259, RFC 7493).
  'json.syntax': entry(400, 'Not JSON', `The text is not JSON; the byte offset says where it stops being it. ${NOTHING_STORED}`, 'Mend the text at that offset and send it again.'),
  'json.encoding': entry(400, 'Not UTF-8', `The bytes are not UTF-8, or start with a byte order mark. ${NOTHING_STORED}`, 'Send UTF-8 without a byte order mark.'),
  'json.duplicate-key': entry(422, 'A member appears twice', `An object has two members of one name, which readers resolve differently. ${NOTHING_STORED}`, 'Keep one of them.'),
  'json.lone-surrogate': entry(422, 'Half a character', `A text holds a surrogate without its partner, which no UTF-8 can carry. ${NOTHING_STORED}`, 'Write the whole character, or leave it out.'),
  'json.nul': entry(422, 'NUL character', `A text or a member's name holds U+0000, which the store cannot keep. ${NOTHING_STORED}`, 'Leave the character out.'),
  'json.number': entry(422, 'Number outside I-JSON', `A number is not exactly a double (RFC 7493, 2.2): readers would see different values. ${NOTHING_STORED}`, 'Send it as text, or with fewer digits.'),
  'json.reserved-key': entry(422, 'Reserved name', `A member is called __proto__, which changes objects in some readers. ${NOTHING_STORED}`, 'Call it otherwise.'),
  'json.too-many-keys': entry(422, 'Too many members', `An object has more members than any schema has a use for. ${NOTHING_STORED}`, 'Put such material into a file and refer to it as evidence.'),
  'json.depth': entry(422, 'Nested too deeply', `The document is nested more than 32 levels deep. ${NOTHING_STORED}`, 'Flatten it; deep material is evidence and belongs in a file.'),
  'json.too-large': entry(413, 'Document too large', `One document has more than 1 MiB. ${NOTHING_STORED}`, 'Register the material as evidence and refer to it by its hash.'),

  // The document against the schema of its kind.
  'schema.required': entry(422, 'A member is missing', `The kind needs a member that is not there. ${NOTHING_STORED}`, 'Add the member that the pointer names.'),
  'schema.unknown-member': entry(422, 'Unknown member', `The kind has no such member; a misspelt one would be lost silently. ${NOTHING_STORED}`, 'Mend the name, or put the member under extension.'),
  'schema.type': entry(422, 'Another type', `The value at the pointer has another JSON type. ${NOTHING_STORED}`, 'Send the type that the answer names.'),
  'schema.value': entry(422, 'Value not allowed', `The value at the pointer is not one of those allowed. ${NOTHING_STORED}`, 'Choose one of the values that the answer names.'),
  'schema.pattern': entry(422, 'Another form', `The text at the pointer does not have the form that is needed. ${NOTHING_STORED}`, 'Write it in the form that the answer names.'),
  'schema.size': entry(422, 'Too short or too long', `A text, list or object is outside of its bounds. ${NOTHING_STORED}`, 'Keep to the bound that the answer names; several sightings can carry what does not fit into one.'),
  'schema.range': entry(422, 'Number out of range', `The number at the pointer is outside of its bounds. ${NOTHING_STORED}`, 'Check the unit and the sign.'),
  'schema.roles': entry(422, 'Roles do not fit the kind', `An aggregation needs a subject, and an ADD exactly one container or conveyance. ${NOTHING_STORED}`, 'Name what goes in, and the one thing that it goes into.'),

  // What the domain knows about identifiers, times, places, handling, grades, references.
  'identifier.malformed': entry(422, 'Not an identifier', `The text is not \`scheme:value\` of a known scheme and form. ${NOTHING_STORED}`, 'Mend it; what the source wrote can stand in the member written.'),
  'identifier.scheme-unknown': entry(422, 'Unknown identifier scheme', `The text before the colon is no known scheme. ${NOTHING_STORED}`, 'Use a known scheme, or `serial:{maker}:{value}` for what has none.'),
  'identifier.scheme-mismatch': entry(422, 'Scheme and URI disagree', `An EPC URI or Digital Link URI names its scheme itself, and the scheme beside it is another one: which of the two is meant cannot be told. ${NOTHING_STORED}`, 'Compare both with the source; then send the URI with its own scheme, or without one.'),
  'identifier.character': entry(422, 'Character not of the scheme', `The identifier has a character that its scheme does not have. ${NOTHING_STORED}`, 'Compare it with the source; what the source wrote can stand in the member written.'),
  'identifier.length': entry(422, 'Identifier of another length', `The identifier is shorter or longer than its scheme allows. ${NOTHING_STORED}`, 'Compare it with the source; a part of an identifier can be searched for, and stands in a sighting as text.'),
  'identifier.lookalike': entry(422, 'Look-alike letters', `The identifier has letters of another script that look like the ones of its scheme. ${NOTHING_STORED}`, 'Type it anew in plain letters and digits.'),
  'identifier.not-normalised': entry(422, 'Identifier not normalised', `The identifier is written in another form than the one that is looked up. ${NOTHING_STORED}`, 'Send the expected form, and the source\'s own in the member written.'),
  'time.invalid': entry(422, 'Not a time', `The text is not an RFC 3339 date or date-time, or the calendar has no such moment. ${NOTHING_STORED}`, 'Write 2018, 2018-06, 2018-06-11, 2018-06-11T13:20Z and so on, as the precision says.'),
  'time.no-offset': entry(422, 'Time of day without a zone', `A time of day has neither Z nor an offset: it could be any of 26 hours. ${NOTHING_STORED}`, 'Add Z or an offset such as +09:00; where it is not known, give the day.'),
  'time.leap-second': entry(422, 'Leap second', `A second numbered 60 has no instant of its own. ${NOTHING_STORED}`, 'State the second before or after it.'),
  'time.too-fine': entry(422, 'Finer than a microsecond', `A second has more than six decimals. ${NOTHING_STORED}`, 'Cut it to six.'),
  'time.out-of-range': entry(422, 'Year not kept', `The time lies outside of the years 1700 to 2200. ${NOTHING_STORED}`, 'Check the year.'),
  'time.coarser-than-precision': entry(422, 'Says less than its precision', `The time is not written out to the stated precision. ${NOTHING_STORED}`, 'State the precision that the time has.'),
  'time.finer-than-precision': entry(422, 'Says more than its precision', `The time has parts finer than the stated precision. ${NOTHING_STORED}`, 'Cut the time, or state the finer precision.'),
  'time.reversed': entry(422, 'Ends before it starts', `The end of occurred lies before its start. ${NOTHING_STORED}`, 'Exchange or mend the two.'),
  'time.unbounded': entry(422, 'No time given', `Occurred has neither a start nor an end. ${NOTHING_STORED}`, 'Give one of them, or leave occurred out: the sighting is then undated.'),
  'place.empty': entry(422, 'Empty place', `The place says nothing. ${NOTHING_STORED}`, 'Leave it out.'),
  'place.unlocode': entry(422, 'Not a UN/LOCODE', `The code does not have the form of a UN/LOCODE, or no country has its first two letters. ${NOTHING_STORED}`, 'Mend it, or leave it out and give the name.'),
  'place.country': entry(422, 'Not a country code', `The code is not ISO 3166-1 alpha-2. ${NOTHING_STORED}`, 'Mend it, or leave it out and write the country as text.'),
  'place.country-mismatch': entry(422, 'Code and country disagree', `The UN/LOCODE lies in another country than the one stated. ${NOTHING_STORED}`, 'Find out which of the two is meant.'),
  'place.coordinates': entry(422, 'Coordinates not on the earth', `A coordinate is out of range, or stands without the other. ${NOTHING_STORED}`, 'Give both in degrees, north and east positive.'),
  'place.radius': entry(422, 'Radius without a meaning', `A radius is out of range, or has no coordinates as its centre. ${NOTHING_STORED}`, 'Give it in metres, beside lat and lon.'),
  'handling.tlp': entry(422, 'Not a TLP label', `The label is not one of TLP 2.0. ${NOTHING_STORED}`, 'Use CLEAR, GREEN, AMBER, AMBER+STRICT or RED.'),
  'handling.community': entry(422, 'Community not applicable', `A community stands beside another label than GREEN, or is not a name. ${NOTHING_STORED}`, 'Leave it out, or use GREEN.'),
  'handling.agencies': entry(422, 'Agencies not applicable', `Agencies are named under a label that is wider than any list, or are not agencies. ${NOTHING_STORED}`, 'Name agencies under AMBER, AMBER+STRICT or RED.'),
  'handling.principals': entry(422, 'Principals not applicable', `Principals are named under another label than RED, or have no name. ${NOTHING_STORED}`, 'Name principals under RED only.'),
  'handling.too-many-readers': entry(422, 'Too many items for so many readers', `The items, aliases or references times the reader groups (the agencies that are named and the own one) are more than 4,096, of a correction 8,192: so many rows would hold up everyone else. ${NOTHING_STORED}`, 'Send several sightings with some of the items each, or name a community in place of the agencies.'),
  'policy.name': entry(422, 'Not such a name', `An agency, community, principal or key cannot be called so. ${NOTHING_STORED}`, 'Use the characters that the answer names.'),
  'policy.roles': entry(422, 'Roles not usable', `A list of roles is empty, names one twice, or one that there is not. ${NOTHING_STORED}`, 'Name each role once: contributor, investigator, auditor, partner, operator, admin.'),
  'policy.address': entry(422, 'Not a range of addresses', `The text is neither an IPv4 or IPv6 address nor a range of them (CIDR), or has bits set behind its prefix. ${NOTHING_STORED}`, 'Write 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32.'),
  'policy.no-effect': entry(null, 'Act without effect', 'The act of policy is in the log, and its author had no authority for it there, or it says nothing that could hold. It changes nothing.', 'Read the reason; have somebody with the authority perform it: `custody agency ls`, `custody principal ls`.'),
  'policy.pending': entry(null, 'Act not in effect yet', 'The act was accepted, and the server does not act on it yet.', 'See `/readyz`: projector and policy go on by themselves; then look again.'),
  'policy.submitter-key': entry(422, 'Key not usable', `The text is no verifier key for Ed25519, or a key of small order, by which anybody could sign. ${NOTHING_STORED}`, 'Make a new key, and send its verifier key.'),
  'grade.malformed': entry(422, 'Not an Admiralty code', `The grade is not A to F followed by 1 to 6. ${NOTHING_STORED}`, 'Leave it out where it is not known; never guess one.'),
  'ref.malformed': entry(422, 'Not a reference', `The text is neither \`id\` nor \`agency/id\`. ${NOTHING_STORED}`, 'Name the event by the id that its submitter gave it.'),
  'ref.self': entry(422, 'About itself', `A sighting names itself as what it is about. ${NOTHING_STORED}`, 'Name the sighting that it is about.'),

  // Events.
  'event.id-conflict': entry(409, 'The id is taken', 'An event of this agency and id is there with other bytes. The first committed stands; the other was not stored as an event.', 'Send a correction with an id of its own, or choose another id.'),
  'event.not-found': entry(404, 'No such event', 'There is no event of this id that you may see.', 'Check the id and the agency.'),
  'event.ambiguous': entry(409, 'Several events of this id', 'Several agencies have an event of this id.', 'Name the agency: `?agency=`.'),
  'correction.item-missing': entry(422, 'An item of the target is missing', `A correction or retraction lists every item of its target beside its own, and one is not there. ${NOTHING_STORED}`, 'Add the item that the answer names.'),
  'item.not-found': entry(404, 'Nothing known of this item', 'No sighting that you may see concerns this identifier, at this point of view.', 'Check it, or search: a partial or misread identifier is found there.'),

  // Who asks.
  'auth.required': entry(401, 'Who are you?', `The route is for callers who are known, and the request has no credentials. ${NOTHING_STORED}`, 'Send `Authorization: Bearer KEY`; with the CLI `--api-key`, CUSTODY_API_KEY or CUSTODY_API_KEY_FILE.'),
  'auth.key-unknown': entry(401, 'Key not known', `The credentials are no key of this ledger: mistyped, cut off, of another ledger, or added a moment ago. ${NOTHING_STORED}`, 'Compare the key with what was shown when it was made; else have a new one made: `custody key add`.'),
  'auth.key-expired': entry(401, 'Key expired', `The key is past the time until which it holds. ${NOTHING_STORED}`, 'Have an admin of your agency make a new one: `custody key add`.'),
  'auth.key-revoked': entry(401, 'Key revoked', `The key was revoked, or its principal or agency was, or it gives nothing that its principal still may. ${NOTHING_STORED}`, 'Ask an admin of your agency; where the key should hold, have a new one made.'),
  'auth.key-address': entry(403, 'Key not usable from here', `The key may be used from other addresses only. ${NOTHING_STORED}`, 'Use it from where it is meant for, or have one made for this address: `custody key add --address`.'),
  'auth.forbidden': entry(403, 'Not with this role', `The caller is known, and has none of the roles that this needs. ${NOTHING_STORED}`, 'Use a key with the role that the answer names, or ask an admin of your agency for it.'),

  // Reading.
  'asof.not-sealed': entry(409, 'Nothing sealed yet', 'A date means what the log had recorded by then, and it is seals that say when something was recorded; this log has none yet.', 'Start a process with the role sealer, or use `asOf=log:<size>` or `asOf=reported:<date>`.'),
  'asof.malformed': entry(400, 'Not a point of view', 'The parameter asOf is neither `log:<size>`, nor a date or time, nor `reported:<date or time>`.', 'Write one of the three.'),
  'asof.ahead': entry(400, 'Ahead of the log', 'The parameter asOf names a log size that the log has not reached.', 'Use a size from an answer of this log.'),
  'policy.past': entry(409, 'Shown by another policy', 'The parameter policy names grants and markings that were changed since. What they showed, and to whom, is not answered any more: a reader is shown by the policy of now, or not at all.', 'Ask without `policy`, or with the one that a new answer names.'),
  'cursor.malformed': entry(400, 'Not a cursor', 'The cursor was not made by this server for this question.', 'Start again without a cursor.'),
  'query.malformed': entry(400, 'Request malformed', 'The request itself cannot be read: its length, its headers or its address.', 'Send it anew; where a proxy stands between, look there.'),
  'query.invalid': entry(400, 'Parameter malformed', 'A parameter of the request has another form.', 'Write it as the API page says.'),
  'query.unknown': entry(400, 'Unknown parameter', 'The request has a parameter that this route does not know; a misspelt one would be ignored silently.', 'Mend or remove it.'),
  'audit.filter': entry(400, 'Filter not understood', 'The filters of an audit cannot be read as a whole, and one that was passed over would answer another question.', 'Write the filter at that character as the answer says: `actor:`, `action:`, `item:`, `evidence:`, `batch:`, `since:` and `until:`, each once.'),
  'query.too-short': entry(400, 'Too little to search for', 'The text has fewer than five letters and digits, and is no whole value that is there.', 'Give five letters or digits in a row of the identifier or name, or the whole of a shorter one.'),

  'answer.too-large': entry(422, 'Too much to answer with', 'More records speak about one record, and about those, than an answer reads. One that left some out would be wrong, so none is given.', 'Ask as of an earlier log size (`asOf=log:<size>`), before they came; all of them stand in the log (`GET /v1/events`).'),

  // Requests and load.
  'body.too-large': entry(413, 'Request too large', `The body is larger than this route takes. ${NOTHING_STORED}`, 'Send fewer at a time, or use the NDJSON stream.'),
  'batch.empty': entry(400, 'Nothing sent', 'The body holds no sighting.', 'Send one, a list, or lines of NDJSON.'),
  'batch.too-large': entry(413, 'Batch too large', `The list has more sightings than one request takes. ${NOTHING_STORED}`, 'Send several lists, or use the NDJSON stream.'),
  'media-type': entry(415, 'Media type not taken', 'The route takes application/json and application/x-ndjson.', 'Set content-type.'),
  'media-type.charset': entry(415, 'Not in UTF-8', `The content-type names another charset than UTF-8, and JSON has no other (RFC 8259, 8.1). ${NOTHING_STORED}`, 'Send UTF-8, and name no charset or utf-8.'),
  'media-type.encoding': entry(415, 'Compressed body', `The body has a content-encoding, and none is undone here: what is hashed are the bytes as they were written. ${NOTHING_STORED}`, 'Send it uncompressed, without content-encoding.'),
  'idempotency-key.malformed': entry(400, 'Idempotency key malformed', `The header Idempotency-Key is not 1 to 128 of \`[A-Za-z0-9._:-]\`, in double quotes or without. ${NOTHING_STORED}`, 'Send another one, a UUID for instance, and the same again with each repetition.'),
  'body.stalled': entry(408, 'The body stopped coming', 'For a while next to nothing of the body arrived, and others need the place. Of a list, nothing was stored; of a stream, the rows that were answered.', 'Send it again, with the same ids or Idempotency-Key; what the log has already is stored once.'),
  'head.stalled': entry(408, 'The request stopped coming', 'The head of the request was not complete in time. Nothing was done.', 'Send it again.'),
  'head.too-large': entry(431, 'Request head too large', 'The address and headers of the request are larger than this server takes. Nothing was done.', 'Send shorter ones; documents belong into the body.'),
  'expectation.unknown': entry(417, 'Expectation not known', 'The header Expect asks for something else than 100-continue. Nothing was done.', 'Leave the header out.'),
  'host.unknown': entry(421, 'Another server\'s name', 'The Host header names something else than this machine: a web page may have pointed that name here to act as its visitor. Nothing was done.', 'Ask 127.0.0.1, [::1] or localhost.'),
  'origin.foreign': entry(403, 'From a page elsewhere', 'A browser sent this for a page of another origin, whose visitor may not know of it. Nothing was done.', 'Send it from a program, or from a page of this server.'),
  'rate.limited': entry(429, 'Too many requests', 'The rate of this client is used up. Nothing was done.', 'Wait as Retry-After says, then send again; the same id is stored once.'),
  'busy': entry(503, 'Busy', 'The server works at its limit and took nothing on.', 'Wait as Retry-After says, then send again; the same id is stored once.'),
  'log.unavailable': entry(503, 'Event log not available', 'It is not known whether the event log has the sightings: some, all or none of them.', 'Send the same again after Retry-After: the same id and bytes are stored once. Sightings without ids get new ones, and would be stored twice, unless both requests carry the same Idempotency-Key.'),
  'append.refused': entry(503, 'Event log refuses', 'The event log refuses what this server appends: it lacks the right to write to the topic, or the brokers call the records invalid. Some of the sightings may be in the log.', 'Have the operator grant this publisher the right to write to the topic; then send the same again: the same id and bytes are stored once.'),
  'store.unavailable': entry(503, 'Ledger not available', 'The database gave no answer in time: it is away, or busy. What was asked changed nothing; of what was sent it is not known whether it was kept.', 'Try again in a few seconds, as Retry-After says; what has an id or a hash of its own is kept once.'),
  'store.refused': entry(null, 'Database refuses', 'The database refuses the login, has no database of this name, or does not let the user make what is missing. Nothing was changed.', 'Check user, password and name of the database in DATABASE_URL and those of the roles.'),
  'store.context': entry(503, 'The database does not know who reads', "The database does not accept this server's word for whom it reads, and shows it nothing. Nothing was answered: \"not found\" would be false.", 'Give all gateways of this database one key (CUSTODY_CONTEXT_KEY), start them again, set the clocks by NTP, and let no connection pooler stand between.'),
  'store.timeout': entry(503, 'Statement took too long', 'The question was stopped at its time limit. Nothing was changed.', 'Ask for less: a smaller limit, a narrower search.'),
  'not-found': entry(404, 'No such page', 'There is nothing at this address.', 'See /openapi.json for what there is.'),
  'method-not-allowed': entry(405, 'Method not allowed', 'The address exists and does not take this method: nothing here is ever changed or deleted in place.', 'Use a method that the Allow header names; to change a sighting, submit a correction.'),
  'internal': entry(500, 'Unexpected', 'A fault of the server. It is in the log under the request id.', 'Report the request id; sending the same again is safe.'),

  // The ledger and the data.
  'ledger.append-only': entry(null, 'The ledger only grows', 'The database refused to change or remove what is in the ledger, whoever asked.', 'Submit a correction, a retraction or a marking.'),
  'role.shared-login': entry(null, 'A login that can do more', 'A role of this process logs in as a user who can do more than the role, by `set role`: SQL that an intruder gets to run could go back to that user. A warning; in the production profile nothing is started.', 'Give each role a login of its own: `alter role custody_gateway login password ...`, then set DATABASE_URL_GATEWAY, and so for capture, projector, operator and sealer.'),
  'role.other-ledger': entry(null, 'Logins of different ledgers', 'The database URLs of the roles lead to different ledgers. Nothing was started.', 'Let DATABASE_URL and those of the roles name the same database.'),
  'data.newer': entry(null, 'Data of a newer version', 'The data directory or schema was written by a newer version. Nothing was opened.', 'Run that version or a later one.'),
  'data.witness-key': entry(null, 'No key of this witness', 'The folder of the witness has no key and no name was given for one, or the key file is damaged, may be read by others, or belongs to a witness of another name. Nothing was started, and no other key was made.', 'On the first start give --name. Otherwise restore the key file from where it was kept, with mode 0600; a new key is a new witness, which logs and clients have to learn.'),
  'data.witness-state': entry(null, 'State of the witness damaged', 'What the witness cosigned last for a log is not there as it was written. Nothing was cosigned: begun again from nothing, the witness could cosign a second history of the log.', 'Find out what changed the file. If the latest checkpoint with the cosignature of this witness is kept elsewhere, by the log for instance, put it in its place; otherwise set up a new witness with a new key.'),
  'data.witness-fork': entry(null, 'A log shows two histories', 'A witness was offered a head by a key of the log that does not extend the one it cosigned: within the entries of that one the histories differ. It cosigned nothing, and keeps what it had. `custody_witness_fork_entries` has the size.', 'Tell whoever runs the log, and whoever relies on it: two databases are sealed under one key, an older one was put back, or the log was rewritten. `custody checkpoint compare` says the same of a head that you pinned.'),
  'data.witness-proof': entry(null, 'A head without a proof', 'A witness was offered a head by a key of the log, and the hashes with it do not lead from the head that it cosigned. It cosigned nothing. Anybody can send that, with a head that was published; a fork at a size that is a power of two looks the same, since such a path has no hash of the smaller head.', 'Look at the log of the sealer: one that is refused stops with `seal.witness-refused`. `custody checkpoint compare` says whether the log still continues a head that you pinned.'),
  'data.witness-map': entry(null, 'Map refused', 'An auditing witness found that a seal is not that of the map that follows from the links it was shown. It cosigns nothing of this log from then on, also after a restart.', 'Find out which seal and why: the sentence is in the file `.refused` of its folder. Delete that file only when it is clear that the log was not at fault, as after an answer that something on the way changed.'),
  'data.locked': entry(null, 'Data in use', 'Another process holds the data directory.', 'Stop it, or name another directory.'),
  'rebuild.not-a-digest': entry(null, 'Not a digest', 'The file is not what `custody rebuild --verify --json` prints.', 'Keep that output in a file and name it with --expect.'),
  'rebuild.other-ledger': entry(null, 'Another ledger', 'The digest was made of another ledger, or of this one at another size. Nothing was changed.', 'Make both digests of the same ledger with the server stopped, one right before the new version and one with it.'),
  'rebuild.ledger-grew': entry(null, 'The ledger grew meanwhile', 'Entries were added between the digests that were to be compared, so that they are of different ledgers. What is derived was folded again, whole; nothing is said of it.', 'Stop every server of this ledger, then run `custody rebuild --verify` again.'),
  'data.none': entry(null, 'No data', 'There is no data where the configuration says. Nothing was made.', 'Name the data directory with CUSTODY_DATA_DIR, or run `npm start` first.'),

  // Event log and projector.
  'offset.out-of-range': entry(null, 'Offset outside of the log', 'The next offset to read is not in the event log any more, or not yet. The consumer stopped; it never seeks by itself.', 'Find out what removed the records before anything else; then restore them or set the offset by hand.'),
  'checkpoint.malformed': entry(null, 'No checkpoint', 'What was given or answered is no checkpoint (C2SP tlog-checkpoint).', 'Give what `custody checkpoint get` prints, byte for byte.'),
  'checkpoint.other-log': entry(null, 'Two logs', 'The heads to compare are of logs of different names.', 'Compare heads of one log; a log that takes the place of another says so in its first entry.'),
  'pin.none': entry(null, 'Nothing is pinned', 'No head of this log is pinned to compare with.', 'Name a file or another server, or pin the log first: `custody checkpoint pin`.'),
  'pin.damaged': entry(null, 'Pin damaged', 'The file with what is pinned of a log is not as it was written. Nothing was checked: what was trusted is never guessed.', 'Restore the file, or delete it and pin the log anew, with its key from a source that you trust.'),
  'pin.policy': entry(null, 'No policy', 'The text is no policy of witnesses.', 'Write it as docs/witness.md says.'),
  'key.unknown': entry(null, 'No key to trust', 'The log names no key of its own that signed its head, and none was given.', 'Name the key with --key; its operator prints it with `custody checkpoint key`.'),
  'key.revoked-head': entry(null, 'Signed by a revoked key', 'The head is signed by nobody but a key that the log itself revoked before it, by its proved list of keys.', 'Believe nothing of it. Ask the operator by another way who signed it.'),
  'key.revoked-receipt': entry(null, 'Signed by a revoked key', 'The receipt is signed by nobody but a key that the log revoked before the entry that it was given for, or, where it has none, before its newest head.', 'Believe nothing of it. Ask for the sealed receipt (`/v1/receipts`), which stands by itself.'),
  'key.list-missing': entry(null, 'List of keys not shown', 'The server that was asked does not prove the list of keys of this log at this head, so that a key that was revoked would not be noticed.', "Name a server of this very log with --server. A file can be checked with --offline, by the keys that you name or have pinned alone."),
  'key.not-asked': entry(null, 'Keys not looked up', 'Whether the log has revoked the key since is said by the log, and nobody could be asked.', 'Check it with a server.'),
  'verify.unknown': entry(null, 'Nothing to check', 'The file is no bundle, no proof and no receipt of this ledger.', 'Give a bundle (.zip), a proof (JSON), a receipt, an identifier (scheme:value) or the id of an event.'),
  'verify.several': entry(null, 'Several receipts', 'The file holds several receipts, one a line, and a verdict is about one.', 'Give one of its lines as a file.'),
  'verify.too-large': entry(null, 'Too large', 'The file has more bytes than any proof. Nothing was read.', 'Check that it is the file that you meant.'),
  'receipt.promise-broken': entry(null, 'A promise was broken', 'Capture signed that the event would be sealed or rejected within 60 s, and by the word of the server it is neither, as far as whoever asks may see.', 'Ask with a key of the agency that submitted it: anybody else may not be shown the event. Keep the receipt: it is the proof. Ask the operator; submit the event again, the same bytes are stored once.'),
  'receipt.other-log': entry(null, 'The server has another log', 'The server that was asked has not the log that the receipt is of, so that it was asked nothing about it.', 'Name a server of its log with `--server`, or check with `--offline` what can be checked without one.'),
  'receipt.other-captured': entry(null, 'Captured at another time', 'The receipt says another time of capture than the log does of the same bytes: two captures took them in at once, or whoever signed it had a key that leaked.', 'What counts is the time in the log. Where the key was revoked since, the receipt shows nothing of when.'),
  'receipt.not-asked': entry(null, 'Nobody was asked', 'A receipt is a promise; whether it was kept is for the log to show, and no server was asked.', 'Check it with a server, or ask for the sealed receipt (`/v1/receipts`).'),
  'receipt.beside': entry(null, 'Not what was signed', 'What stands beside the signature of a receipt is not what the signed text says.', 'Believe the signed text alone.'),
  'receipt.unsigned': entry(null, 'Not signed', 'The receipt has no signature, so that it shows nothing.', 'Ask for signed receipts (`receipts=true`, `custody import --receipts`), or for the sealed receipt (`/v1/receipts`).'),
  'receipt.rejected': entry(null, 'Rejected', 'What capture took in did not become an entry of the log, and the log says so with a signature, as its receipt promised.', 'Correct what it names and submit it anew.'),
  'receipt.content-missing': entry(null, 'Event not shown', 'What a receipt says of its event is shown by the whole event alone, and it is not there.', 'Check it with a server that shows you the event.'),
  'sealed.not-asked': entry(null, 'Nobody was asked', 'The places of a sealed receipt in the lists of items are held against proofs of those items, and no server was asked.', 'Check it with a server.'),
  'sealed.other-group': entry(null, 'A list of others', 'The event stands in the list of a reader group that you are not in, by the word of the server, which does not show it to you.', 'Where you are in it name it with --group. Whoever may see the list can hold the receipt against it.'),
  'size.not-published': entry(404, 'No such head', 'No head of this size was published: heads end with a seal, and not every size has one.', 'Take the size from /log/checkpoint, or leave it out for the newest.'),
  'event.not-sealed': entry(409, 'Not sealed yet', 'The event is in the log, and the head that was published does not reach it.', 'Ask again in a second or two; an entry is sealed within 60 s.'),
  'proof.too-long': entry(422, 'Too long for one answer', 'The list of the item, or what its events hold, is more than one answer gives.', 'Ask for stretches: group, from and to.'),
  'log.not-sealed': entry(404, 'No checkpoint yet', 'The log has no signed head: no process seals it, or none has begun.', 'Start a process with the role sealer, which seals what is there; it is one of the roles that run by default.'),
  // Evidence: bytes, named by their hash.
  'evidence.hash': entry(400, 'Not a hash', 'The address names evidence by something else than its SHA-256 in lower-case hex.', 'Use the 64 hex digits that `sha256sum` prints.'),
  'evidence.not-found': entry(404, 'No such evidence', 'There are no bytes of this hash here that you may see.', 'Check the hash; `custody evidence ls` lists what you may see. Of an upload that broke off, the header Upload-Offset of this answer says how much is here.'),
  'evidence.missing': entry(500, 'The bytes are gone', 'The ledger says that this evidence was received, and its bytes are not in the store. That is damage, or another folder than the one it was put into.', 'Check CUSTODY_EVIDENCE_DIR, run `custody evidence verify`, and send the file again: it is taken by its hash.'),
  'evidence.altered': entry(null, 'Evidence was altered', 'A file of the store has another hash than the one that it is named by.', `${EVIDENCE.replace('database', 'store')}`),
  'evidence.no-hold': entry(null, 'No hold to end', 'No legal hold of this agency is on the evidence. Nothing was said.', 'See `custody evidence show HASH` for the holds that there are, and whose.'),
  'evidence.unknown': entry(null, 'A file that nobody sent', 'A file lies in the store that no upload put there, or that is no evidence at all.', 'Find out who put it there. Nothing of it is served.'),
  'evidence.mismatch': entry(422, 'Other bytes than announced', 'The bytes have another hash than the address names. They were not kept; that they were sent is recorded as an act whose hashes do not fit.', 'Hash the file again: it changed, or was damaged on its way.'),
  'evidence.offset': entry(409, 'Not where it broke off', 'The part does not begin where the bytes end that are here of this upload. Nothing of it was read.', 'Go on at the header Upload-Offset of the answer, or send all of it without Content-Range.'),
  'evidence.content-range': entry(400, 'Content-Range cannot be read', 'The header does not say which bytes of how many the body holds. Nothing was read.', 'Write `Content-Range: bytes 0-1048575/4194304`.'),
  'evidence.range': entry(416, 'Range beyond the end', 'The range that is asked for begins behind the last byte.', 'The header Content-Range of the answer says how many bytes there are.'),
  'evidence.too-large': entry(413, 'Evidence too large', 'The file is larger than this server takes. Nothing of it was kept.', 'Have the operator raise CUSTODY_EVIDENCE_BYTES_MAX, or cut the file and cite its parts.'),
  'evidence.disk-full': entry(507, 'No room', 'The disk of the store is full. Nothing of the file was kept.', 'Have the operator make room; then send it again.'),
  'log.frozen': entry(409, 'The log has ended', 'The log has said that it ends, or is marked so: nothing is appended to it and nothing sealed behind its end. It is still read and proved.', 'Begin the log that takes its place: `custody log succeed`.'),
  'log.other-beginning': entry(null, 'Another beginning', 'The log is there already, and its first entry does not name the log that it is to take the place of. Nothing was sealed.', 'Give the log that takes the place of another a data directory and a database of its own, before anything is in them.'),
  'tile.not-found': entry(404, 'No such tile', 'The address is none of a tile, or the published log does not reach that far.', 'Read /log/checkpoint first: its size says which tiles there are (C2SP tlog-tiles).'),
  'key.other': entry(null, 'Another key', 'The log stands by another key than that of this machine. A sealer with that key signed nothing: nobody who knows the log could open it.', 'Ask on the machine that seals, or set the key of that log (CUSTODY_SEALER_KEY, or CUSTODY_SEALER_FORMER_KEYS beside a new one). Where the key is lost, revoke it: CUSTODY_SEALER_REVOKED_KEYS.'),
  'key.revoked': entry(null, 'A revoked key', 'A key that is to sign is one that the log revoked, or that is configured to be revoked. Nothing was signed: a revoked key stays so.', 'Make a new key (`custody key rotate`), or set another one.'),
  'seal.foreign-key': entry(null, 'An entry about an unknown key', 'The log has an entry that certifies or revokes a key, and no configuration of this sealer says so: somebody wrote it into the database. It was not sealed, and sealing stopped.', 'Keep the database as it is for whoever looks into it, and find out who wrote the entry. If it is your own, of a configuration before, name the key among the former, accepted or revoked ones.'),
  'links.not-found': entry(404, 'No such links', 'The address is none of map links, the last seal does not cover so much, or they are not served here.', 'Ask for /log/links/<from>-<to> below what the last seal covers; the setting sealer.mapLinks serves them.'),
  'seal.gap': entry(null, 'The log has a hole', 'The log head says that there is an entry, and the tables have none, or two. Nothing is sealed over it; sealing is tried again.', 'Stop writing, and find out who changed the database; then restore a backup that is whole.'),
  'seal.mismatch': entry(null, 'Stored is not what was sealed', 'What was read again from the database does not hash to what was sealed. Nothing was signed, and sealing stopped.', 'Keep the database as it is for whoever looks into it, and find out who changed it; then restore a backup.'),
  'seal.rollback': entry(null, 'Older than what was signed', 'The database has fewer sealed entries than this log signed for, or others. Sealing did not begin.', 'Restore a newer backup. A log that goes on from an older state would contradict what it signed.'),
  'seal.clock': entry(null, 'The clock was moved', 'The wall clock was moved against elapsed time, at once or in small steps, and not only forward with that of the database; or it says a time before that of the newest seal. Sealing stopped: recorded times would be false.', 'Set the clock right, then start again.'),
  'seal.clock-unconfirmed': entry(null, 'Nothing confirms the clock', 'The clock of the machine that seals is more than a minute off that of the database, or more than 366 days ahead of the newest seal. Nothing was sealed: recorded times never fall, so a seal of a day that has not come would bar the log until that day.', 'Set the clock right, then start again. If it is right, say so for today: CUSTODY_SEALER_CLOCK_CONFIRMED=YYYY-MM-DD (`sealer.clockConfirmed`).'),
  'seal.overdue': entry(null, 'A promise is late', 'An entry waits for a checkpoint that covers it for longer than the 60 seconds that its receipt promised. It is not lost, and the submitter can see that it is late.', 'See whether a process with the role sealer runs and what it says; its health is on /readyz.'),
  'seal.fenced': entry(null, 'Another sealer took over', 'A sealer that began later writes the seals; this one began again from what is stored.', 'Nothing, where it happens once. Often: two deployments share one database.'),
  'seal.unwitnessed': entry(null, 'Heads wait for witnesses', 'Sealed and signed heads of the log are not cosigned by as many witnesses as the policy asks for. They are not published, and the head before stays; sealing goes on.', 'See which witnesses are missing and why (the lines before), and bring them back. Newer heads are offered as soon as they answer.'),
  'seal.witnesses-silent': entry(null, 'Witnesses do not answer', 'At its start a sealer asks the witnesses what they cosigned, so as not to go on from an older database. Fewer answered than the policy asks for. Nothing is sealed; it is tried again.', 'Bring the witnesses back. Where one is gone for good, put another into the policy file.'),
  'seal.witness-refused': entry(null, 'A witness refuses', 'A witness answered that it does not cosign the head (403, 404, 422), or that it cosigned more than is there. The same head is not offered to it again.', 'Read the reason beside the code. 404, 403: the witness has to be told the log and its key. 422: it holds another history of the log, or the map is not that of the entries: find out which, before anything else.'),
  'seal.witness-failed': entry(null, 'A witness is of no use', 'A witness did not answer in time, or with something that is no cosignature by the key in the policy. It is asked again.', 'Look after the witness, its address and its key in the policy file.'),
  // Audits: rows that are not what they must be. Backups, and what becomes of them.
  'audit.head': entry(null, 'The head of the log is wrong', 'The log head says another size than the entries have.', EVIDENCE),
  'audit.gap': entry(null, 'The log has a hole', 'An index of the log has no entry, or two: one was removed, or put in.', EVIDENCE),
  'audit.entry': entry(null, 'An entry was altered', 'The row of an entry does not hash to what was sealed; a signed head stands for what was sealed.', EVIDENCE),
  'audit.tile': entry(null, 'A tile was altered', 'A stored tile of the log is not what the entries hash to, is missing, or has another length.', TILES),
  'audit.leaf': entry(null, 'An entry and its tile disagree', 'An entry does not hash to what its tile says, and no signed head stands for either of them.', EVIDENCE),
  'audit.notice': entry(null, 'An entry of the operator is wrong', 'An entry of the operator is neither genesis nor seal, or the genesis is of another log.', EVIDENCE),
  'audit.seal': entry(null, 'A seal is out of order', 'A seal names another log or another seal before it, covers less than the one before or more than there is, or its time falls.', EVIDENCE),
  'audit.left-out': entry(null, 'Left out of an item tree', 'The timeline says that an entry concerns an item, and the item tree that was sealed has no leaf for it: whoever asks for all events of the item does not get it.', 'Find out whether the sealer left it out (then what it signed is false) or a row was removed since; keep the database as it is.'),
  'audit.foreign': entry(null, 'Not of this item', 'An item tree has a leaf for an entry of which no timeline row says that it concerns the item.', EVIDENCE),
  'audit.item': entry(null, 'The table of items is wrong', 'An item has another map key than its entries, none, or that of another item.', TILES),
  'audit.item-leaf': entry(null, 'A leaf of an item tree is wrong', 'A stored leaf of an item tree is not what its entry hashes to, or does not stand in its place.', TILES),
  'audit.seal-map': entry(null, 'The seal commits to another map', 'The item trees do not make the item map whose root the seal names.', EVIDENCE),
  'audit.seal-row': entry(null, 'The table of seals is wrong', 'A row of the table of seals says something else than the seal in the log, is missing, or belongs to no seal.', TILES),
  'audit.map-tile': entry(null, 'A tile of the item map is wrong', 'A stored tile of the item map is not what the item trees make, is missing, or belongs to no seal.', TILES),
  'audit.checkpoint': entry(null, 'A checkpoint does not open', 'A stored checkpoint is not signed by the key of the log, is of another log or size, or does not end with a seal.', 'Check that the key is that of this log (`custody checkpoint key` on the machine that seals). If it is, somebody wrote that row.'),
  'audit.checkpoint-root': entry(null, 'The log is not what was signed', 'The entries do not hash to the root that a checkpoint signs.', EVIDENCE),
  'audit.checkpoint-missing': entry(null, 'A checkpoint is missing', 'A seal has no signed head, though the sealer keeps one of each before it makes the next: the row was removed.', 'Ask whoever kept checkpoints of this log (pins, witnesses, backups) for the one of this size, and hold the log against it with --pin. Keep the database as it is.'),
  'audit.unwitnessed': entry(null, 'Too few cosignatures', 'A kept head, or the head of a receipt, is cosigned by fewer witnesses than the policy asks for. The audit was not made.', 'Take a head that was published under this policy, or say which policy it was.'),
  'audit.stray': entry(null, 'A row outside of the log', 'A row has a place that the log does not have, or that nothing was sealed for.', EVIDENCE),
  'audit.behind': entry(null, 'Behind what was signed', 'A head of more entries was signed, and kept elsewhere: entries are gone, or this is an older copy.', 'Restore a newer backup. Never let a log go on from here: it would contradict what it signed.'),
  'audit.fork': entry(null, 'Not the log that was signed', 'A head of this size was kept elsewhere, and it is of other entries: the log was written anew, or it is another one.', 'Keep both heads: with the signatures of one key over two histories they are the proof.'),
  'audit.content-missing': entry(null, 'Content is missing', 'An event has no content any more.', EVIDENCE),
  'audit.content-hash': entry(null, 'Content was altered', 'The bytes of an event do not hash to what was recorded of them.', EVIDENCE),
  'audit.content-form': entry(null, 'Content cannot be read', 'The content of an event is not the canonical JSON of a sighting.', EVIDENCE),
  'audit.commitment': entry(null, 'Event and entry do not belong together', 'Envelope, content and secret of an event do not give the commitment that the log has.', EVIDENCE),
  'audit.timeline': entry(null, 'The timeline says something else', 'A row of the timeline does not follow from the document of its event, or one that follows from it is missing.', 'Find out who changed it; `custody rebuild` makes the timelines again from entries and content.'),
  'audit.not-admitted': entry(null, 'Never admitted', 'Events are said to be of a principal whom the policy in the log had not admitted there. The verdict does not count it: no row is known to be altered.', 'Ask whose key of `publisherKeysAccepted` signs for that agency. If nobody\'s does, somebody wrote past capture: see who has the logins of projector and owner, and withdraw the events.'),
  'audit.captured-late': entry(null, 'Captured after it was sealed', 'An event says that it was captured more than five minutes after the seal that covers it. The verdict does not count it: no row is known to be altered.', 'Look at the clock of the machine that captured it. If it was right, somebody wrote past capture.'),
  'backup.exists': entry(null, 'The folder is taken', 'The folder for the backup is there and is not empty. Nothing was written.', 'Name a folder that is new or empty.'),
  'restore.manifest': entry(null, 'No backup', 'The folder has no manifest that this version reads, or one that does not fit its tables. Nothing was restored.', 'Name the folder that `custody backup` wrote, and run the version that wrote it or a later one.'),
  'restore.damaged': entry(null, 'The backup is damaged', 'A file of the backup is missing or is not what was written. Nothing was restored.', 'Restore another copy of this backup, or another backup.'),
  'restore.not-empty': entry(null, 'There is a ledger already', 'The database is not empty. Nothing was changed.', 'Name an empty database or data directory (CUSTODY_DATA_DIR); the one that is there may still be evidence.'),
  'restore.behind': entry(null, 'The backup is too old', 'A head of more entries than the backup has was signed, and is kept here, was given, or is shown by a witness. Nothing was restored: a log that goes on from an older state would contradict what it signed.', 'Restore a newer backup.'),
  'restore.fork': entry(null, 'The backup is of another history', 'A head that is kept here, was given, or is shown by a witness is not of the log in the backup. Nothing was restored.', 'Keep both: they are the proof that there are two histories. Restore a backup of the log that was signed.'),
  'restore.altered': entry(null, 'The backup does not verify', 'What the backup holds is not what was sealed. Nothing was restored.', 'Restore an earlier backup that is not behind what was signed; keep this one as evidence.'),
  'topic.changed': entry(null, 'Another topic of the same name', 'The topic was deleted and made again: its offsets mean other records. The consumer stopped.', 'Find out who did; then rebuild from the new topic, or restore the old one.'),
  'topic.missing': entry(503, 'Topic missing', 'The topic is not there and could not be created, or was deleted. Nothing was appended.', 'Create it, or let this client create topics: it does so at its start.'),
  'topic.partitions': entry(null, 'Another number of partitions', 'The topic has another number of partitions than configured.', 'Set the configuration to what is there; adding partitions moves keys.'),
  'topic.replication': entry(null, 'Too few replicas', 'The topic has fewer replicas than a lost broker allows for.', 'Use at least three in production.'),
  'topic.min-insync': entry(null, 'Too few in-sync replicas demanded', 'The setting min.insync.replicas lets an acknowledged record be lost with one broker.', 'Set it to two with three replicas.'),
  'topic.retention': entry(null, 'Records expire', 'The topic removes records by age or size before the ledger can vouch for them.', 'Set retention.ms and retention.bytes to -1 and cleanup.policy to delete.'),
  'topic.unclean-election': entry(null, 'Unclean leader election', 'The topic lets a replica that lags become the leader, which drops acknowledged records.', 'Set unclean.leader.election.enable=false on the topic.'),
  'topic.message-size': entry(null, 'Messages too small', 'The topic refuses records as large as the largest sighting: one would be accepted nowhere.', 'Set max.message.bytes of the topic to 2097152 (2 MiB) or more.'),
  'topic.record-refused': entry(413, 'Too large for the topic', 'The topic takes no record as large as one of these sightings, though it is no larger than a sighting may be. Of a list, others may be in the log.', 'Have the operator set max.message.bytes of the topic to 2097152 (2 MiB); then send the same again: the same id and bytes are stored once.'),
  'topic.compression': entry(null, 'Compression not readable here', 'The topic may hold batches in a compression that this program cannot read; they would become dead letters.', 'Set compression.type of the topic to uncompressed, or to gzip.'),
  'topic.unchecked': entry(null, 'Topic not checked', 'The settings of the topic could not be read, so retention, in-sync replicas and the rest are not known to be right; receipts say single-node.', 'Give this principal the right DescribeConfigs on the topic, or check the settings by hand.'),
  'consumer.stopped': entry(null, 'Consumer stopped', 'The consumer gave up for a reason that no retry mends: brokers older than Kafka 3.1, a group that is refused, or bytes that are no records. The process ends; the offset stays where it is.', 'Read the message beside the code and mend that, then start again: reading goes on where the ledger says.'),
  'record.malformed': entry(null, 'Not a record', 'A record of the event log is not header, line feed, content. It is kept with the dead letters.', 'See who writes to the topic; retry once it can be read.'),
  'record.forged': entry(null, 'Not by a known publisher', 'The record\'s MAC is missing or wrong. It is kept with the dead letters.', 'See who writes to the topic, and whether a publisher key is missing here.'),
  'record.header-mismatch': entry(null, 'Headers contradict the value', 'A header does not agree with the value that it copies. It is kept with the dead letters.', 'See what rewrites headers between publisher and projector.'),
  'record.schema': entry(null, 'Not a sighting', 'The content is not a valid sighting document. It is kept with the dead letters.', 'See which publisher skips validation; a newer document needs a newer projector.'),
  'record.commitment': entry(null, 'Content hash wrong', 'The header names another hash than the content has. It is kept with the dead letters. The commitment is not computed anew here: the publisher\'s MAC stands for it.', 'See which publisher computes it otherwise.'),
  'record.data': entry(null, 'The database refuses the data', 'One record was found by halving its batch that the database cannot take. It is kept with the dead letters.', 'Read the reason kept with it; retry after an update that mends it.'),
  'record.codec': entry(null, 'Compression not readable', 'The record came in a compression that this process cannot unpack; the raw bytes of its batch are kept.', 'Have the publisher send gzip or nothing (zstd from Node 22.15 on), or set compression.type=uncompressed on the topic, then retry the dead letter.'),
  'record.too-large': entry(null, 'Record too large', 'The record is larger than any that capture makes. It is kept with the dead letters.', 'See who writes to the topic.'),
  'dlq.not-found': entry(404, 'No such dead letter', 'There is no dead letter of this number.', 'List them: `custody dlq ls`.'),
  'dlq.retried': entry(409, 'Already retried', 'The dead letter was appended to the event log before.', 'See the event, or the newer dead letter.'),

  // A proof bundle as a zip (libs/ledger): nothing is known of what it proves until it can be read.
  'bundle.zip': entry(null, 'Not a zip, or not whole', 'The file is no zip, was cut off, or its parts contradict each other. Nothing in it was checked.', 'Get the file again, and take it as it was exported.'),
  'bundle.too-large': entry(null, 'Bundle too large', 'A file of the bundle, or all of them together, is larger than a bundle may be. Nothing in it was checked.', 'Export fewer events, or without their evidence.'),
  'bundle.too-many-files': entry(null, 'Too many files for a bundle', 'A bundle has at most 65,535 files. Nothing was written.', 'Export a stretch of the item.'),
  'bundle.file-name': entry(null, 'A file that no bundle has', 'The zip has a file whose name no bundle has. Nothing in it was checked.', 'Take the bundle as it was exported: without folders around it, and with nothing added.'),
  'bundle.duplicate-file': entry(null, 'A file appears twice', 'The zip has two files of one name, of which readers see different ones. Nothing in it was checked.', 'Get the bundle again from whom it came; it was not written by this program.'),
  'bundle.compression': entry(null, 'Packed in an unknown way', 'A file of the zip is encrypted, or packed in a way that not every reader has. Nothing in it was checked.', 'Take the bundle as it was exported, or pack it with deflate.'),
  'bundle.damaged': entry(null, 'Not what was written', 'A file of the zip does not have the length or the checksum that the zip says. An accident does that, and so does somebody who exchanges a file; nothing in it was checked.', 'Get the file again, from whoever exported it.'),

  // Configuration and command line.
  'config.unknown': entry(null, 'Unknown setting', 'The configuration has a key that nothing reads; a misspelt one would be ignored silently.', 'Mend or remove it: `custody config print`.'),
  'config.invalid': entry(null, 'Setting invalid', 'The value of a setting is not what it should be. Nothing was started.', 'Mend it; `custody config check` lists all at once.'),
  'config.missing': entry(null, 'Setting missing', 'A setting without a default is not there. Nothing was started.', 'Set it, or the variable of the same name with _FILE.'),
  'config.secret-file': entry(null, 'Setting\'s file unreadable', 'The file that a setting names cannot be read. Nothing was started.', 'Check the path and its permissions.'),
  'usage': entry(null, 'Wrong usage', 'The command does not exist, or its arguments or options are not what it takes. Nothing was done.', '`custody --help` and `custody <command> --help` list what there is.'),
  'reset.external': entry(null, 'Not ours to delete', 'The ledger lies in a database that the configuration names, not in the data directory. Nothing was deleted.', 'Drop the schemas ledger, event_log and proof there, by hand.'),
  'reset.unconfirmed': entry(null, 'Not confirmed', 'A reset deletes the data directory with the whole ledger, and was not confirmed. Nothing was deleted.', 'Run `custody reset --yes`.'),
  'interrupted': entry(null, 'Interrupted', 'The command was stopped from the keyboard. What it had done until then stays, and is said.', 'Run the same command again: what is there already is not doubled.'),

  // The client's way to the server.
  'server.unreachable': entry(null, 'No server', 'No server answers at the address.', 'Start one with `npm start`, or name another with --server.'),
  'server.interrupted': entry(null, 'Answer broke off', 'The connection ended before the answer was complete.', 'Run the command again.'),
  'server.answer': entry(null, 'Answer not understood', 'What answers at the address is no server of this program, or a proxy stands between.', 'Check the address: --server, CUSTODY_SERVER.'),

  // Case files.
  'import.kind-unknown': entry(422, 'Unknown kind', 'The line has a kind that case files do not know. The row was rejected, the others were not.', 'Mend the kind, or map it to one of those known.'),
  'import.member-missing': entry(422, 'A member is missing', 'The line lacks a member that every line needs. The row was rejected.', 'Add the member that the pointer names.'),
  'import.member-malformed': entry(422, 'A member cannot be read', 'A member of the line is not what case files have there. The row was rejected.', 'Mend the member that the pointer names.'),
  'import.scheme-unknown': entry(422, 'Unknown identifier scheme', 'The line has an identifier of a scheme that is not known. The row was rejected.', 'Use a known scheme, or serial with the maker\'s name.'),
  'import.not-an-object': entry(422, 'Not a record', 'The line is JSON but no object. The row was rejected.', 'One JSON object a line.'),
  'import.no-file': entry(null, 'No such file', 'The file to import is not there or cannot be read. Nothing was sent.', 'Check the path.'),
  'import.not-a-file': entry(null, 'Not a file', 'What is to be imported is a folder, a pipe or a device; a case is read more than once. Nothing was sent.', 'Write the case to a file (JSON Lines) and import that.'),
  'import.line-too-long': entry(null, 'No line of a case', 'A line has more than 16 MiB, where capture takes 1 MiB: this is hardly JSON Lines. The import stopped in front of it, before anything was sent.', 'Check that each sighting stands on a line of its own.'),
  'import.answer': entry(null, 'Answer incomplete', 'The server did not answer for every line that was sent.', 'Run the same import again: what is there already is not doubled.'),
  'import.format-unknown': entry(422, 'Unknown case format', 'The member schema names another format than custody-case/1.', 'Convert the file; `custody-case/1` and `custody-demo-sighting/1` are read.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

/** Codes that start a quoted text (`'code'`, `'code /pointer'`) in none of the sources: a code without a test is a promise that nobody checked. */
export function codesWithoutTest(testSources: Iterable<string>): ErrorCode[] {
  const missing = new Set<ErrorCode>(ERROR_CODES);
  for (const source of testSources) {
    for (const code of missing) if (new RegExp(`['"\`]${code.replaceAll('.', '\\.')}['"\` ]`).test(source)) missing.delete(code);
  }
  return [...missing];
}
