import { answerNames } from './answer-names.ts';
import { EXAMPLES } from './examples.ts';
import { openApiDocument } from './openapi.ts';
import { withRoles } from './openapi-roles.ts';
import { OPERATION_READS, READ_KINDS, readsNothing } from './operation-reads.ts';
import { OPERATION_ROLES } from './operation-roles.ts';
import { routeReads } from './route-reads.ts';
import { routeRoles } from './route-roles.ts';

const paths = openApiDocument()['paths'] as Record<string, Record<string, Record<string, unknown>>>;
const operations = Object.values(paths).flatMap((item) => Object.values(item));

describe('the table of reads', () => {
  it('has every operation of the API, and nothing else', () => {
    expect(Object.keys(OPERATION_READS).sort()).toEqual(operations.map((operation) => operation['operationId']).sort());
    expect(Object.keys(OPERATION_READS).sort()).toEqual(Object.keys(OPERATION_ROLES).sort());
  });

  it('is asked for every operation that is added: without an entry there is no document', () => {
    const { getEvent, ...rest } = OPERATION_ROLES;
    expect([getEvent, Object.keys(rest).length]).toEqual(['anyone', Object.keys(OPERATION_ROLES).length - 1]);
    expect(() => withRoles({ '/v1/new': { get: { operationId: 'newOne', responses: {} } } })).toThrow('newOne');
  });

  it('has every route of the server that the table of roles has', () => {
    expect([...routeReads().keys()].sort()).toEqual([...routeRoles().keys()].sort());
  });

  it('says of each operation that reads what kinds of names are recorded, and of each other one why it reads nothing', () => {
    for (const [operation, reads] of Object.entries(OPERATION_READS)) {
      if (readsNothing(reads)) expect([operation, reads.nothing.length > 10]).toEqual([operation, true]);
      else expect([operation, reads.length > 0 && reads.every((kind) => READ_KINDS.includes(kind))]).toEqual([operation, true]);
    }
  });

  it('is what the document says: its kinds, and the problem of a read that cannot be recorded', () => {
    for (const operation of operations) {
      const reads = OPERATION_READS[operation['operationId'] as string];
      if (reads === undefined) throw new Error('no entry');
      expect(operation['x-custody-reads']).toEqual(readsNothing(reads) ? [] : reads);
      if (!readsNothing(reads))
        expect(JSON.stringify((operation['responses'] as Record<string, unknown>)['503'])).toContain('access.unavailable');
    }
  });

  it('has a read of everything that anybody but the public may ask for, unless it writes, ends a session, or is of the log or the process', () => {
    const unread = Object.entries(OPERATION_READS).flatMap(([operation, reads]) =>
      readsNothing(reads) && OPERATION_ROLES[operation] !== 'public' ? [operation] : [],
    );
    expect(unread.sort()).toEqual(
      [...['endSession', 'logout', 'metrics', 'proveConsistency', 'proveKeys', 'proveLog', 'putEvidence'], 'retryDeadLetter'].sort(),
    );
  });
});

describe('what an answer names', () => {
  it('is every event by agency and id wherever it stands, with the items that its document has', () => {
    const { events, items, about } = answerNames(EXAMPLES.TimelineView);
    expect([...events.keys()]).toContain('local/lux-0009');
    expect(events.get('local/lux-0009')).toContain('vin:WDDSYNTH9JA000001');
    expect(about).toBe(EXAMPLES.TimelineView.item.id);
    expect([...items]).toContain(EXAMPLES.TimelineView.item.id);
  });

  it('is of an audit what was written, and of reads nothing', () => {
    const { events } = answerNames(EXAMPLES.AuditView);
    expect([...events]).toEqual([['local/lux-0009', ['vin:WDDSYNTH9JA000001', 'container:SYNU0000014']]]);
  });

  it('is also that there are more than it names, where it says so or counts them', () => {
    const tells = (answer: object): boolean => answerNames(answer).tellsOfMore;
    expect(tells({ ...EXAMPLES.TimelineView, next: null })).toBe(false);
    expect(tells({ ...EXAMPLES.TimelineView, next: 'a cursor' })).toBe(true);
    for (const [withoutReported, more] of [
      [0, false],
      [2, true],
      [null, true],
    ] as const)
      // prettier-ignore
      expect([withoutReported, tells({ ...EXAMPLES.TimelineView, next: null, withoutReported })]).toEqual([withoutReported, more]);
  });

  it('is of a search the items that were found', () => {
    expect([...answerNames(EXAMPLES.SearchView).items]).toEqual(EXAMPLES.SearchView.results.map(({ id }) => id));
  });
});
