/** Many seals that name one access log, and records that are none: over rows in memory. */
import { accessCommitment, accessLogName, encodeAccessRecord, encodeEntry, leafHash, nodeHash, toHex, utf8 } from '#lib/ledger';
import type { AuditedRead, StoreClient } from '#lib/store';
import { AccessAudit, type SealedReads } from './access-audit.ts';
import { Findings } from './findings.ts';

const ORIGIN = 'ledger.example/log';

function readOf(n: number, change: (text: string) => string = (text) => text): AuditedRead {
  const [tenant, agency, principal, items, evidence] = ['police', 'police', 'ann', [], []];
  const record = encodeAccessRecord({
    ...{ log: accessLogName(ORIGIN), tenant, at: '2026-11-24T02:08:00.000000Z', request: `r${n}`, operation: 'getEvent' },
    ...{ agency, principal, reader: null, policy: 0, emergency: false, tlp: 'GREEN', items, events: [], evidence, deadLetters: [] },
  });
  const [secret, bytes] = [Buffer.alloc(32, n + 1), Buffer.from(change(Buffer.from(record).toString()))];
  return { n, tenant, agency, principal, items, evidence, secret, bytes, commitment: Buffer.from(accessCommitment(secret, bytes)) };
}
const leafOf = ({ commitment }: AuditedRead): Uint8Array => leafHash(encodeEntry(toHex(commitment)));

/** What is found in these records under these heads; of their tiles nothing is asked. */
async function found(rows: readonly AuditedRead[], heads: readonly SealedReads[]): Promise<unknown[]> {
  const client = {
    query: (text: string) => Promise.resolve({ rows: text.includes('access.reads') ? rows : [] }),
    run: () => Promise.resolve({ rows: [{ size: rows.length }] }),
  } as unknown as StoreClient;
  const findings = new Findings(new Set(['audit.access-tile']));
  await new AccessAudit(client, ORIGIN, heads, findings).run();
  return findings.listed.map(({ code, key, logIndex }) => [code, key, logIndex]);
}

describe('the access log', () => {
  const rows = [readOf(0), readOf(1)];
  const [first, second] = rows.map(leafOf) as [Uint8Array, Uint8Array];
  const roots = [first, nodeHash(first, second)] as const;
  const HEADS = 200_000;
  /** Each seal names the head, changed or not: half of them the first record, and the others both. */
  const heads = Array.from({ length: HEADS }, (_, logIndex): SealedReads => {
    const size = logIndex < HEADS / 2 ? 1 : 2;
    return { logIndex, size, root: roots[size - 1] as Uint8Array };
  });

  it('is held against the heads of as many seals as there are', async () => {
    expect(await found(rows, heads)).toEqual([]);
    expect(await found([], [])).toEqual([]);
  });

  it('is not what a seal names that gives it another root, also where others name the same size rightly', async () => {
    const at = HEADS / 2 - 1;
    expect(await found(rows, heads.with(at, { logIndex: at, size: 1, root: utf8('another') }))).toEqual([
      ['audit.access-root', { n: 0 }, at],
    ]);
    expect(await found(rows.slice(0, 1), heads)).toEqual([['audit.access-record', { n: 1 }, null]]);
  });

  it('has a record that is none where its bytes hold half a character', async () => {
    const half = readOf(0, (text) => text.replace('"ann"', '"\\ud800"'));
    expect(await found([half], [])).toEqual([['audit.access-record', { n: 0 }, null]]);
    const altered = { ...readOf(0), bytes: half.bytes };
    expect(await found([altered], [])).toEqual([['audit.access-record', { n: 0 }, null]]);
  });
});
