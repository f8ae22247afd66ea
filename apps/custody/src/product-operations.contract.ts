/** Requests of every documented operation, with what the running product answers. */
import { sighting } from './tested-product.contract.ts';

export interface Asked {
  /** Values of the path's parameters, and the query behind it. */
  readonly path: string;
  readonly status: number;
  readonly body?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const one = (id: string): string => JSON.stringify(sighting(id));

/** SHA-256 of `asked`, and of a document of the demo. */
const ASKED_FILE = 'c66790da5943c4466dd80634deb63f4e19f07e7f81624f222b86fecf9fff6445';
const DEMO_FILE = '0a53bc0938cb7ee003963bcdd10486df9f79eb4eaac7e4c6a1ddb0db3d49c83c';

/** At least one request for each operation, and one for each refusal that a client can bring about. */
export const ASKED: Readonly<Record<string, readonly Asked[]>> = {
  listEvents: [
    { path: '/v1/events?limit=3', status: 200 },
    { path: '/v1/events?limit=3&explain=1', status: 200 },
    { path: '/v1/events?limit=3&asOf=2190-01-01', status: 200 },
    { path: '/v1/events?asOf=2019-05-01', status: 200 },
    { path: '/v1/events?asOf=reported:2019-03-22', status: 200 },
    { path: '/v1/events?cursor=xyz', status: 400 },
    { path: '/v1/events?asOf=2019', status: 400 },
  ],
  streamEvents: [
    { path: '/v1/stream?since=start&until=now', status: 200 },
    { path: '/v1/stream?since=log:0&until=now&kind=correction&item=vin:WDDSYNTH9JA000001', status: 200 },
    { path: '/v1/stream?until=now', status: 200, headers: { 'last-event-id': '' } },
    { path: '/v1/stream?until=now', status: 400, headers: { 'last-event-id': 'xyz' } },
    { path: '/v1/stream?cursor=xyz', status: 400 },
    { path: '/v1/stream?since=yesterday', status: 400 },
    { path: '/v1/stream?since=log:999999999', status: 400 },
    { path: '/v1/stream?kind=rumour', status: 400 },
    { path: '/v1/stream?item=WDD', status: 422 },
  ],
  submitEvents: [
    { path: '/v1/events', status: 202, body: one('asked-1') },
    { path: '/v1/events', status: 202, body: `[${one('asked-2')},${one('asked-3')}]` },
    { path: '/v1/events?onError=proceed', status: 200, body: `[${one('asked-4')},{}]` },
    { path: '/v1/events?onError=proceed', status: 200, body: `${one('asked-5')}\n{}\n`, type: 'application/x-ndjson' },
    { path: '/v1/events', status: 202, body: `${one('asked-6')}\n`, type: 'application/x-ndjson' },
    { path: '/v1/events?dryRun=true&onError=proceed', status: 200, body: `[${one('asked-7')}]` },
    { path: '/v1/events', status: 400, body: '{' },
    { path: '/v1/events', status: 422, body: '{}' },
    { path: '/v1/events', status: 415, body: 'x', type: 'text/plain' },
    { path: '/v1/events', status: 409, body: JSON.stringify(sighting('lux-0001')) },
  ],
  getEvent: [
    { path: '/v1/events/lux-0009', status: 200 },
    { path: '/v1/events/lux-0009?explain=1', status: 200 },
    { path: '/v1/events/none', status: 404 },
    { path: '/v1/events/lux-0009?asOf=never', status: 400 },
  ],
  listConflicts: [
    { path: '/v1/conflicts', status: 200 },
    { path: '/v1/conflicts?limit=x', status: 400 },
  ],
  listWatches: [
    { path: '/v1/watches', status: 200 },
    { path: '/v1/watches?removed=1', status: 200 },
    { path: '/v1/watches?removed=yes', status: 400 },
  ],
  listQuestions: [
    { path: '/v1/questions', status: 200 },
    { path: '/v1/questions?kind=check-digit&limit=1', status: 200 },
    { path: '/v1/questions?kind=rumour', status: 400 },
    { path: '/v1/questions?cursor=xyz', status: 400 },
  ],
  listAlerts: [
    { path: '/v1/alerts', status: 200 },
    { path: '/v1/alerts?watch=none', status: 200 },
    { path: '/v1/alerts?cursor=xyz', status: 400 },
  ],
  getItem: [
    { path: '/v1/items/vin:WDDSYNTH9JA000001', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?explain=1', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?explain=yes', status: 400 },
    { path: '/v1/items/vin:WDDSYNTH0JA999999', status: 404 },
    { path: '/v1/items/nonsense', status: 422 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?asOf=2190-01-01', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?asOf=2019-05-01', status: 404 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?asOf=2019', status: 400 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?at=2018-10-01', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?at=2018-10-01T17:30:00%2B09:00&asOf=reported:2019-05-09', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?at=2018', status: 400 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001?at=2018-10-01&explain=1', status: 400 },
    { path: '/v1/items/vin:WDDSYNTH0JA999999?at=2018-10-01', status: 404 },
  ],
  diffItem: [
    { path: '/v1/items/vin:WDDSYNTH9JA000001/diff?from=log:8', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/diff', status: 400 },
    { path: '/v1/items/vin:WDDSYNTH0JA999999/diff?from=log:0', status: 404 },
    { path: '/v1/items/nonsense/diff?from=log:0', status: 422 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/diff?from=reported:2019-05-01&to=reported:2019-05-10', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/diff?from=reported:2019-05-01', status: 400 },
  ],
  getJourney: [
    { path: '/v1/items/vin:WDDSYNTH9JA000001/journey', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/journey?asOf=reported:2019-05-09', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH0JA999999/journey', status: 404 },
    { path: '/v1/items/nonsense/journey', status: 422 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/journey?asOf=2019', status: 400 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/journey?at=2018-10-01T08:30:00Z', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/journey?at=2018-10', status: 400 },
  ],
  listCases: [
    { path: '/v1/cases', status: 200 },
    { path: '/v1/cases?cursor=xyz', status: 400 },
  ],
  getCase: [
    { path: '/v1/cases/case-7', status: 200 },
    { path: '/v1/cases/case-7?asOf=log:1', status: 404 },
    { path: '/v1/cases/lux-0009', status: 404 },
    { path: '/v1/cases/case-7?asOf=never', status: 400 },
  ],
  listAudit: [
    { path: '/v1/audit?limit=5', status: 200 },
    { path: '/v1/audit?q=actor:operator%20action:correction%20since:2026-01-01', status: 200 },
    { path: '/v1/audit?q=who:kim', status: 400 },
  ],
  getTimeline: [
    { path: '/v1/items/container:SYNU0000014/timeline', status: 200 },
    { path: '/v1/items/container:SYNU0000014/timeline?explain=1', status: 200 },
    { path: '/v1/items/container:SYNU0000029/timeline', status: 404 },
    { path: '/v1/items/vin:x/timeline', status: 422 },
    { path: '/v1/items/container:SYNU0000014/timeline?at=2018-08-31', status: 200 },
    { path: '/v1/items/container:SYNU0000014/timeline?at=31.8.2018', status: 400 },
    { path: '/v1/items/container:SYNU0000014/timeline?asOf=2190-01-01', status: 200 },
    { path: '/v1/items/container:SYNU0000014/timeline?asOf=2019-05-01', status: 404 },
  ],
  search: [
    { path: '/v1/search?q=SYNU0000014', status: 200 },
    { path: '/v1/search?q=.', status: 400 },
  ],
  searchSightings: [
    { path: '/v1/search/sightings?text=s600&unidentified=1', status: 200 },
    { path: '/v1/search/sightings?place=%EB%B6%80%EC%82%B0&near=35.1,129.04&within=20&since=2018&hs=27&limit=2', status: 200 },
    { path: '/v1/search/sightings', status: 400 },
    { path: '/v1/search/sightings?near=35.1,129.04', status: 400 },
  ],
  findPatterns: [
    { path: '/v1/search/patterns?of=paths&by=country&since=2018', status: 200 },
    { path: '/v1/search/patterns?of=carriers&source=trade', status: 200 },
    { path: '/v1/search/patterns?of=parties', status: 400 },
    { path: '/v1/search/patterns?since=2018', status: 400 },
  ],
  listDeadLetters: [
    { path: '/v1/dead-letters', status: 200 },
    { path: '/v1/dead-letters?cursor=xyz', status: 400 },
  ],
  getDeadLetter: [
    { path: '/v1/dead-letters/1', status: 200 },
    { path: '/v1/dead-letters/999', status: 404 },
  ],
  retryDeadLetter: [
    { path: '/v1/dead-letters/2/retry', status: 202, body: '{}' },
    { path: '/v1/dead-letters/1/retry', status: 409, body: '{}' },
    { path: '/v1/dead-letters/999/retry', status: 404, body: '{}' },
  ],
  // What nobody seals has no head: operation.e2e.spec.ts. What stands in it is read in sealed-log.e2e.spec.ts.
  getCheckpoint: [{ path: '/log/checkpoint', status: 200 }],
  getTile: [
    { path: '/log/tile/0/000.p/1', status: 200 },
    { path: '/log/tile/entries/000.p/1', status: 200 },
    { path: '/log/tile/9/000', status: 404 },
  ],
  getReceipt: [
    { path: '/v1/receipts/local/lux-0009', status: 200 },
    { path: '/v1/receipts/other/lux-0009', status: 404 },
  ],
  getPolicy: [{ path: '/v1/policy', status: 200 }],
  getMapLinks: [{ path: '/log/links/0-1', status: 404 }],
  proveLog: [
    { path: '/v1/log', status: 200 },
    { path: '/v1/log?size=1', status: 404 },
  ],
  proveKeys: [
    { path: '/v1/log/keys', status: 200 },
    { path: '/v1/log/keys?size=x', status: 400 },
  ],
  proveConsistency: [
    { path: '/v1/log/consistency?from=1&to=2', status: 200 },
    { path: '/v1/log/consistency?from=2&to=1', status: 404 },
    { path: '/v1/log/consistency', status: 400 },
  ],
  proveItem: [
    { path: '/v1/items/vin:WDDSYNTH9JA000001/proof', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/proof?group=clear&from=0&to=1', status: 200 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/proof?from=0', status: 400 },
    { path: '/v1/items/vin:WDDSYNTH9JA000001/proof?size=1', status: 404 },
  ],
  proveEvent: [
    { path: '/v1/events/lux-0009/proof', status: 200 },
    { path: '/v1/events/lux-0009/proof?open=place,items', status: 200 },
    { path: '/v1/events/lux-0009/proof?open=nothing', status: 400 },
    { path: '/v1/events/none/proof', status: 404 },
  ],
  listEvidence: [
    { path: '/v1/evidence?limit=2', status: 200 },
    { path: '/v1/evidence?cursor=xyz', status: 400 },
  ],
  putEvidence: [
    { path: `/v1/evidence/sha256/${ASKED_FILE}`, status: 202, body: 'as', type: 'text/html', headers: { 'content-range': 'bytes 0-1/5' } },
    { path: `/v1/evidence/sha256/${ASKED_FILE}`, status: 409, body: 'ed', headers: { 'content-range': 'bytes 3-4/5' } },
    { path: `/v1/evidence/sha256/${ASKED_FILE}`, status: 400, body: 'ked', headers: { 'content-range': 'bytes 2-4' } },
    { path: `/v1/evidence/sha256/${ASKED_FILE}`, status: 201, body: 'ked', headers: { 'content-range': 'bytes 2-4/5' } },
    { path: `/v1/evidence/sha256/${ASKED_FILE}`, status: 200, body: 'asked' },
    { path: `/v1/evidence/sha256/${'0'.repeat(64)}`, status: 422, body: 'other' },
    { path: '/v1/evidence/sha256/abc', status: 400, body: 'x' },
  ],
  getEvidence: [
    { path: `/v1/evidence/sha256/${DEMO_FILE}`, status: 200 },
    { path: `/v1/evidence/sha256/${DEMO_FILE}`, status: 206, headers: { range: 'bytes=0-9' } },
    { path: `/v1/evidence/sha256/${DEMO_FILE}`, status: 416, headers: { range: 'bytes=9999-' } },
    { path: `/v1/evidence/sha256/${'1'.repeat(64)}`, status: 404 },
    { path: '/v1/evidence/sha256/abc', status: 400 },
  ],
  headEvidence: [{ path: `/v1/evidence/sha256/${DEMO_FILE}`, status: 200 }],
  getCustody: [
    { path: `/v1/evidence/sha256/${DEMO_FILE}/custody`, status: 200 },
    { path: `/v1/evidence/sha256/${'1'.repeat(64)}/custody`, status: 404 },
    { path: '/v1/evidence/sha256/abc/custody', status: 400 },
  ],
  viewEvidence: [
    { path: `/v1/evidence/sha256/${DEMO_FILE}/view?locator=line:4-5`, status: 200 },
    { path: `/v1/evidence/sha256/${'1'.repeat(64)}/view`, status: 404 },
    { path: `/v1/evidence/sha256/${DEMO_FILE}/view?line=4`, status: 400 },
  ],
  // What they are with a provider, and with a session: login.e2e.spec.ts and access/login.int.spec.ts.
  login: [{ path: '/auth/login', status: 404 }],
  endLogin: [{ path: '/auth/callback?code=a&state=b', status: 404 }],
  openLink: [{ path: '/auth/open?link=custody_none', status: 401 }],
  logout: [{ path: '/auth/logout', status: 401 }],
  listSessions: [{ path: '/v1/sessions', status: 200 }],
  endSession: [{ path: '/v1/sessions/k3v9x0q7m2ab', status: 404 }],
  proveRead: [
    { path: '/v1/audit/reads/999999/proof', status: 404 },
    { path: '/v1/audit/reads/x/proof', status: 404 },
  ],
  livez: [{ path: '/livez', status: 200 }],
  readyz: [{ path: '/readyz', status: 200 }],
  metrics: [{ path: '/metrics', status: 200 }],
  problemPage: [
    { path: '/problems/schema.required', status: 200 },
    { path: '/problems/none', status: 404 },
  ],
  sightingSchema: [
    { path: '/schemas/sighting/1/correction', status: 200 },
    { path: '/schemas/sighting/1/rumour', status: 404 },
  ],
  openapi: [{ path: '/openapi.json', status: 200 }],
  asyncapi: [{ path: '/asyncapi.json', status: 200 }],
};
