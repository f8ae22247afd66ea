import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { batchText, signBatch, verifyBatch, type SignedList } from './batch-signature.ts';
import { toBase64 } from './bytes.ts';
import { formatVerifierKey, parseVerifierKey, signingKey, verifierKey } from './note-key.ts';
import { sha256 } from './primitives.ts';

const KEY = signingKey('submitter', 'acme/import', new Uint8Array(32).fill(5));
const VKEY = formatVerifierKey(KEY);
const LIST: SignedList = {
  log: 'custody.example/log',
  agency: 'acme',
  members: [
    ['a', '11'.repeat(32)],
    ['b', '22'.repeat(32)],
  ],
};
const [first, second] = LIST.members as [SignedList['members'][number], SignedList['members'][number]];
const signature = signBatch(KEY, LIST);

describe('a signed batch', () => {
  it('is signed as its format says', () => {
    const list = createHash('sha256')
      .update(`[["a","${'11'.repeat(32)}"],["b","${'22'.repeat(32)}"]]`)
      .digest('hex');
    expect(batchText(LIST)).toBe(`custody-ledger/batch/v1\nlog custody.example/log\nagency acme\nmembers 2\nlist ${list}\n`);
  });

  it('is that of the published vectors, which nothing of the product made', () => {
    const path = new URL('../vectors/batch.json', import.meta.url);
    type Vector = SignedList & { readonly vkey: string; readonly text: string; readonly value: string };
    const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { readonly vectors: readonly Vector[] };
    expect(vectors).toHaveLength(2);
    for (const { vkey, text, value, ...list } of vectors) {
      expect(batchText(list)).toBe(text);
      expect(verifyBatch(vkey, list, value).ok).toBe(true);
      expect(verifyBatch(vkey, { ...list, log: 'staging.example/log' }, value).ok).toBe(false);
    }
  });

  it('is believed by its key', () => {
    expect(verifyBatch(VKEY, LIST, signature)).toMatchObject({ ok: true, value: { name: 'acme/import' } });
  });

  it.each<[string, SignedList]>([
    ['another log', { ...LIST, log: 'staging.example/log' }],
    ['another agency', { ...LIST, agency: 'bolt' }],
    ['another hash', { ...LIST, members: [first, ['b', '23'.repeat(32)]] }],
    ['another id', { ...LIST, members: [first, ['c', second[1]]] }],
    ['another order', { ...LIST, members: [second, first] }],
    ['a member less', { ...LIST, members: [first] }],
    ['a member more', { ...LIST, members: [first, second, second] }],
  ])('with %s is not', (_, changed) => {
    expect(verifyBatch(VKEY, changed, signature)).toMatchObject({ ok: false, fault: { code: 'note.signature-invalid' } });
  });

  it('is not believed by another key, nor with a signature of another form', () => {
    const other = formatVerifierKey(signingKey('submitter', 'acme/import', new Uint8Array(32).fill(6)));
    expect(verifyBatch(other, LIST, signature).ok).toBe(false);
    for (const form of ['', 'x', signature.slice(4), toBase64(new Uint8Array(64))]) expect(verifyBatch(VKEY, LIST, form).ok).toBe(false);
  });

  it('is not believed by a key of small order, which signs everything; it has no verifier key at all', () => {
    const weak = new Uint8Array(32);
    weak[0] = 1;
    expect(verifierKey('submitter', 'weak', weak)).toMatchObject({ ok: false, fault: { code: 'key.small-order' } });
    const bytes = Buffer.concat([Buffer.of(1), weak]);
    const id = Buffer.from(sha256(Buffer.concat([Buffer.from('weak\n'), bytes])))
      .toString('hex')
      .slice(0, 8);
    const text = `weak+${id}+${bytes.toString('base64')}`;
    expect(parseVerifierKey(text, 'submitter')).toMatchObject({ ok: false, fault: { code: 'key.small-order' } });
    // R the neutral point, S zero: the lax equation holds for every message.
    const forged = new Uint8Array(64);
    forged[0] = 1;
    expect(verifyBatch(text, LIST, toBase64(forged))).toMatchObject({ ok: false, fault: { code: 'key.small-order' } });
  });
});
