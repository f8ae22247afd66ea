import { accessCommitment, accessLogName, encodeAccessRecord, type AccessRecord } from './access-record.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { encodeEntry } from './entry.ts';
import { leafHash, nodeHash } from './merkle.ts';
import { encodeSeal } from './notices.ts';
import { signingKey } from './note-key.ts';
import { encodeReadProof, isReadProof, READ_PROOF_RULES, type ReadProof, verifyReadProof } from './read-proof.ts';
import { formatNote, signText } from './signed-note.ts';
import { toHex, utf8, utf8Text } from './bytes.ts';

const ORIGIN = 'ledger.example/log';
const KEY = signingKey('log', ORIGIN, new Uint8Array(32).fill(9));
const TRUST = { log: [KEY], nowMs: Date.parse('2026-11-24T02:10:00Z') };

const record = (n: number, more: Partial<AccessRecord> = {}): AccessRecord => ({
  log: accessLogName(ORIGIN),
  tenant: 'police',
  at: '2026-11-24T02:08:00.000000Z',
  request: `r${n}`,
  operation: 'getEvent',
  agency: 'police',
  principal: 'ann',
  reader: null,
  policy: 0,
  emergency: false,
  tlp: 'GREEN',
  items: [],
  events: [`police/e${n}`],
  evidence: [],
  deadLetters: [],
  ...more,
});
const secretOf = (n: number): Uint8Array => new Uint8Array(32).fill(n + 1);
const leafOf = (n: number, of: AccessRecord): Uint8Array =>
  leafHash(encodeEntry(toHex(accessCommitment(secretOf(n), encodeAccessRecord(of)))));

/** An access log of two records under a log whose one entry is the seal. */
function proofOf({ access = true, first = record(0) }: { access?: boolean; first?: AccessRecord } = {}): ReadProof {
  const leaves = [leafOf(0, first), leafOf(1, record(1))] as const;
  const entry = encodeSeal({
    log: ORIGIN,
    covers: 0n,
    mapRoot: new Uint8Array(32),
    mapSize: 0n,
    time: '2026-11-24T02:09:00.000000Z',
    previous: null,
    access: access ? { size: 2n, root: nodeHash(...leaves) } : null,
  });
  const text = formatCheckpoint({ origin: ORIGIN, size: 1n, root: leafHash(entry), extension: [] });
  return {
    checkpoint: utf8Text(formatNote(text, [signText(KEY, text)])) as string,
    seal: { entry: utf8Text(entry) as string, index: 0n, inclusion: [] },
    n: 0n,
    inclusion: [leaves[1]],
    record: utf8Text(encodeAccessRecord(first)) as string,
    secret: secretOf(0),
  };
}
const check = (proof: ReadProof, rules = READ_PROOF_RULES) => verifyReadProof(encodeReadProof(proof), TRUST, rules);
const failing = (proof: ReadProof): unknown => {
  const { verdict, statements } = check(proof);
  return [verdict, statements.find(({ state }) => state === 'failed')?.code];
};

describe('a proof of a read', () => {
  it('shows that the access log, which the seal names, holds the record', () => {
    const report = check(proofOf());
    expect([report.verdict, report.statements.at(-1)?.says]).toEqual(['verified', expect.stringContaining('police/ann read by getEvent')]);
    expect(isReadProof(utf8Text(encodeReadProof(proofOf())) ?? '')).toBe(true);
    expect(isReadProof('{"format":"custody-proof/1"}')).toBe(false);
  });

  it('is what says so of itself, not what holds an event that says it', () => {
    const opened =
      '{"checkpoint":"","events":[{"shown":{"opening":{"extension":{"format":"custody-read/1"}}}}],"format":"custody-proof/1"}';
    expect(isReadProof(opened)).toBe(false);
    expect(isReadProof(`${utf8Text(encodeReadProof(proofOf())) ?? ''}}`)).toBe(false);
  });

  it.each<[string, ReadProof, string]>([
    ['another reader', { ...proofOf(), record: proofOf().record.replace('"ann"', '"bob"') }, 'read.inclusion'],
    ['another secret', { ...proofOf(), secret: secretOf(1) }, 'read.inclusion'],
    ['another number', { ...proofOf(), n: 1n }, 'read.inclusion'],
    ['a number beyond', { ...proofOf(), n: 2n }, 'read.inclusion'],
    ['no path', { ...proofOf(), inclusion: [] }, 'read.inclusion'],
    ['a record of another log', proofOf({ first: record(0, { log: 'other.example/log/access' }) }), 'read.record'],
    ['bytes that are no record', { ...proofOf(), record: '{}' }, 'read.record'],
    ['half a character in the record', { ...proofOf(), record: proofOf().record.replace('"ann"', '"\\ud800"') }, 'read.record'],
    ['a seal that names no access log', proofOf({ access: false }), 'read.seal'],
    [
      'a seal that the head does not hold',
      { ...proofOf(), seal: { ...proofOf().seal, entry: proofOf({ access: false }).seal.entry } },
      'proof.seal',
    ],
  ])('with %s is refused', (_, proof, code) => {
    expect(failing(proof)).toEqual(['altered', code]);
  });

  it('by a key that is not trusted is none', () => {
    expect(verifyReadProof(encodeReadProof(proofOf()), { ...TRUST, log: [] }).verdict).toBe('untrusted-key');
  });

  it.each([
    ['a space', (text: string) => `${text} `],
    ['another member', (text: string) => text.replace('"n":0', '"more":1,"n":0')],
    ['another format', (text: string) => text.replace('custody-read/1', 'custody-read/2')],
    ['a short secret', (text: string) => text.replace(/"secret":"../, '"secret":"')],
    ['a number that is none', (text: string) => text.replace('"n":0', '"n":"0"')],
  ])('with %s is no document', (_, change) => {
    const bytes = utf8(change(utf8Text(encodeReadProof(proofOf())) ?? ''));
    expect(verifyReadProof(bytes, TRUST).statements).toMatchObject([{ step: 'document', code: 'read.form' }]);
  });

  it('control: each check that is left out lets its forgery through', () => {
    const altered = { ...proofOf(), record: proofOf().record.replace('"ann"', '"bob"') };
    expect(check(altered, { ...READ_PROOF_RULES, recordIncluded: false }).verdict).toBe('verified');
    const other = proofOf({ first: record(0, { log: 'other.example/log/access' }) });
    expect(check(other, { ...READ_PROOF_RULES, recordOfLog: false }).verdict).toBe('verified');
    expect(check(proofOf({ access: false }), { ...READ_PROOF_RULES, readsNamed: false, recordIncluded: false }).verdict).toBe('verified');
  });
});
