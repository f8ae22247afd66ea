import { ACTOR_ROLES } from '#lib/domain';
import { createHash } from 'node:crypto';
import { readSighting, type SightingDocument, validateDocument } from '#lib/contracts';
import { checkRecordMac, commit, decodeRecord, formatVerifierKey, sha256Hex, signingKey } from '#lib/ledger';
import { acceptDocument, type AcceptContext, type AcceptedDocument, type RefusedDocument } from './accept.ts';

const context: AcceptContext = {
  agency: 'local',
  principal: 'operator',
  roles: ACTOR_ROLES,
  captured: '2026-11-24T02:10:00.000000Z',
  publisherKey: Buffer.alloc(32, 7),
  requestId: 'request-1',
};
const document = {
  id: 'a-1',
  kind: 'observation',
  handling: { tlp: 'GREEN' },
  items: [{ id: 'vin:WDDSYNTH9JA000001', role: 'subject' }],
  source: { kind: 'photo' },
} satisfies SightingDocument;
const bytesOf = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
const accept = (value: unknown, of: AcceptContext = context): AcceptedDocument => {
  const acceptance = acceptDocument(bytesOf(value), of, () => 'made-1');
  if (!acceptance.ok) throw new Error(JSON.stringify(acceptance.faults));
  return acceptance;
};
const refuse = (value: unknown, of: AcceptContext = context): RefusedDocument => {
  const acceptance = acceptDocument(bytesOf(value), of, () => 'made-1');
  if (acceptance.ok) throw new Error('the document was accepted');
  return acceptance;
};

describe('an accepted document', () => {
  it('becomes a record whose content is its canonical bytes and whose header names their hash', () => {
    const accepted = accept('{ "kind":"observation", "id":"a-1",\n "source":{"kind":"photo"}, "handling":{"tlp":"GREEN"} }');
    const record = decodeRecord(accepted.value);
    if (!record.ok) throw new Error(record.fault.detail);
    expect(record.content.toString('utf8')).toBe('{"handling":{"tlp":"GREEN"},"id":"a-1","kind":"observation","source":{"kind":"photo"}}');
    expect(record.header).toMatchObject({ agency: 'local', id: 'a-1', principal: 'operator', captured: context.captured });
    expect(record.header.content).toBe(createHash('sha256').update(record.content).digest('hex'));
    expect(accepted.contentHash).toBe(record.header.content);
  });

  it('is committed to with a secret of its own, so that equal documents have different commitments and one content hash', () => {
    const [one, other] = [accept(document), accept(document)];
    expect(one.contentHash).toBe(other.contentHash);
    expect(one.commitment).not.toBe(other.commitment);
    const record = decodeRecord(one.value);
    if (!record.ok) throw new Error(record.fault.detail);
    const { agency, id, principal, captured, secret } = record.header;
    expect(commit({ agency, id, principal, captured }, document as never, Buffer.from(secret, 'hex'))).toBe(one.commitment);
    // Control: another captured time is another commitment, so the envelope is inside.
    expect(
      commit({ agency, id, principal, captured: '2026-11-24T02:10:00.000001Z' }, document as never, Buffer.from(secret, 'hex')),
    ).not.toBe(one.commitment);
  });

  it('carries a MAC over the value, which another key or another value does not fit', () => {
    const { value, headers } = accept(document);
    const record = decodeRecord(value);
    if (!record.ok) throw new Error(record.fault.detail);
    const mac = headers['custody-mac'] ?? '';
    expect(checkRecordMac(context.publisherKey, record.header, value, mac)).toBe(true);
    expect(checkRecordMac(Buffer.alloc(32, 8), record.header, value, mac)).toBe(false);
    expect(checkRecordMac(context.publisherKey, record.header, Buffer.concat([value, Buffer.from(' ')]), mac)).toBe(false);
  });

  it('is keyed by its first subject, else by its id, and says the request that brought it', () => {
    const container = { id: 'container:SYNU0000014', role: 'container' };
    const packed = accept({ ...document, kind: 'aggregation', action: 'ADD', items: [container, ...document.items] });
    expect(packed.key).toBe('vin:WDDSYNTH9JA000001');
    expect(packed.headers).toMatchObject({ ce_subject: 'vin:WDDSYNTH9JA000001', ce_id: 'a-1', 'custody-request': 'request-1' });
    expect(packed.items).toEqual(['container:SYNU0000014', 'vin:WDDSYNTH9JA000001']);
    const { items: _, ...nameless } = document;
    expect(accept(nameless).key).toBe('a-1');
    expect(accept(nameless).headers).not.toHaveProperty('ce_subject');
  });

  it('gets an id where it has none, which is not written into its bytes', () => {
    const { id: _, ...unnamed } = document;
    const accepted = accept(unnamed);
    expect(accepted.id).toBe('made-1');
    expect(accepted.contentHash).toBe(
      sha256Hex(
        Buffer.from(
          '{"handling":{"tlp":"GREEN"},"items":[{"id":"vin:WDDSYNTH9JA000001","role":"subject"}],"kind":"observation","source":{"kind":"photo"}}',
        ),
      ),
    );
  });

  it('names its target only where it corrects or withdraws: a dispute refuses nobody', () => {
    const about = (kind: string): AcceptedDocument => accept({ ...document, kind, relations: { target: 'a-0' } });
    expect(about('correction').target).toEqual({ agency: 'local', id: 'a-0' });
    expect(about('retraction').target).toEqual({ agency: 'local', id: 'a-0' });
    expect(about('dispute').target).toBeUndefined();
  });

  it('can be read again by whoever reads the ledger', () => {
    const record = decodeRecord(accept(document).value);
    if (!record.ok) throw new Error(record.fault.detail);
    expect(readSighting(JSON.parse(record.content.toString('utf8')) as SightingDocument, record.header)).toMatchObject({ ok: true });
  });
});

describe('a refused document', () => {
  it.each([
    ['text that is no JSON', '{"id":"a-1",', { code: 'json.syntax', offset: 12 }],
    ['a duplicate key', '{"id":"a-1","place":{"name":"x","name":"y"}}', { code: 'json.duplicate-key', pointer: '/place/name' }],
    ['a number that no double keeps', '{"place":{"lat":1e999}}', { code: 'json.number', pointer: '/place/lat' }],
    ['a missing member', { kind: 'observation', source: { kind: 'photo' } }, { code: 'schema.required', pointer: '/handling' }],
    ['an unknown kind', { ...document, kind: 'rumour' }, { code: 'schema.value', pointer: '/kind' }],
    ['a misspelt member', { ...document, plcae: { name: 'x' } }, { code: 'schema.unknown-member', pointer: '/plcae' }],
    [
      'an identifier that is not normalised',
      { ...document, items: [{ id: 'vin:wddsynth9ja000001', role: 'subject' }] },
      { code: 'identifier.not-normalised', pointer: '/items/0/id' },
    ],
    [
      'a time that is none',
      { ...document, occurred: { from: '2018-02-30', precision: 'day' } },
      { code: 'time.invalid', pointer: '/occurred/from' },
    ],
    [
      'a document about itself',
      { ...document, kind: 'retraction', relations: { target: 'a-1' } },
      { code: 'ref.self', pointer: '/relations/target' },
    ],
  ])('says code and place of %s', (_, value, fault) => {
    expect(refuse(value).faults[0]).toMatchObject(fault);
  });

  it('that would be new has an id that no URL can name, or a party of no country', () => {
    expect(accept({ ...document, id: '..' })).toMatchObject({ id: '..', lateFaults: [{ code: 'schema.pattern', pointer: '/id' }] });
    expect(accept({ ...document, id: '.' }).lateFaults).toMatchObject([{ code: 'schema.pattern', pointer: '/id' }]);
    expect(accept({ ...document, id: '...' })).not.toHaveProperty('lateFaults');
    // The control: what a client makes of such a URL.
    expect(['.', '..', '%2e%2e', '...'].map((id) => new URL(`/v1/events/${id}`, 'http://localhost').pathname)).toEqual([
      '/v1/events/',
      '/v1/',
      '/v1/',
      '/v1/events/...',
    ]);
    const parties = [
      { role: 'owner', country: 'DE' },
      { role: 'owner', country: 'ZZ' },
    ];
    expect(accept({ ...document, parties }).lateFaults).toMatchObject([{ code: 'place.country', pointer: '/parties/1/country' }]);
    expect(refuse({ ...document, place: { country: 'ZZ' } }).faults).toMatchObject([{ code: 'place.country', pointer: '/place/country' }]);
    const many = Array.from({ length: 200 }, () => ({ role: 'owner', country: 'ZZ' }));
    expect(accept({ ...document, parties: many }).lateFaults).toHaveLength(20);
    const former = ['AN', 'CS', 'YU'].map((country) => ({ role: 'owner', country }));
    expect(accept({ ...document, parties: former })).not.toHaveProperty('lateFaults');
    // What was taken before is read as ever.
    expect(validateDocument({ ...document, id: '..', parties })).toEqual([]);
    expect(readSighting({ ...document, parties }, { agency: 'local', id: '..', principal: 'operator' }).ok).toBe(true);
  });

  it('that would be new is a marking that tells the items of what it opens to whom it opens it', () => {
    const marking = (own: object, said: object, more: object = {}): object => ({
      ...document,
      kind: 'marking',
      handling: own,
      relations: { target: 'a-0', handling: said },
      ...more,
    });
    const bolt = { tlp: 'AMBER', agencies: ['bolt'] };
    const refused = [{ code: 'marking.items', pointer: '/items' }];
    expect(accept(marking({ tlp: 'AMBER' }, { tlp: 'GREEN' })).lateFaults).toMatchObject(refused);
    expect(accept(marking({ tlp: 'AMBER' }, bolt)).lateFaults).toMatchObject(refused);
    for (const taken of [
      marking({ tlp: 'AMBER' }, { tlp: 'GREEN' }, { items: [] }),
      marking({ tlp: 'GREEN' }, bolt),
      marking(bolt, { tlp: 'RED' }),
      marking({ tlp: 'GREEN' }, { tlp: 'GREEN' }),
    ])
      expect(accept(taken)).not.toHaveProperty('lateFaults');
  });

  it('is named by its own id where that can be read', () => {
    expect(refuse({ ...document, kind: 'rumour' }).id).toBe('a-1');
    expect(refuse('[1]').id).toBeUndefined();
    expect(refuse({ id: 7 }).id).toBeUndefined();
  });
});

describe('a submitter key that is to be added', () => {
  const added = (vkey: string): unknown => ({
    kind: 'policy',
    handling: { tlp: 'AMBER' },
    source: { kind: 'administration' },
    extension: { policy: { act: 'submitter-key.add', agency: 'local', vkey } },
  });
  const honest = signingKey('submitter', 'local/submitter', Buffer.alloc(32, 3));
  const vkeyOf = (publicKey: Uint8Array): string => {
    const key = { ...honest, publicKey };
    const hash = sha256Hex(Buffer.concat([Buffer.from(`${key.name}\n`), Buffer.from([1]), publicKey])).slice(0, 8);
    return `${key.name}+${hash}+${Buffer.concat([Buffer.from([1]), publicKey]).toString('base64')}`;
  };

  it('is taken where it is one', () => {
    expect(accept(added(formatVerifierKey(honest))).isPolicy).toBe(true);
    expect(vkeyOf(honest.publicKey)).toBe(formatVerifierKey(honest));
    expect(accept(document).isPolicy).toBeUndefined();
  });

  it.each([
    ['the neutral element', Buffer.from([1, ...Buffer.alloc(31)])],
    ['a point of order 4', Buffer.alloc(32)],
    ['a point of order 2', Buffer.from([0xec, ...Buffer.alloc(30, 0xff), 0x7f])],
  ])('is refused where it is %s, by which anybody signs', (_name, point) => {
    expect(refuse(added(vkeyOf(point))).faults).toMatchObject([{ code: 'policy.submitter-key', pointer: '/extension/policy/vkey' }]);
  });

  it('is refused where it is of another kind, or no key', () => {
    const witness = formatVerifierKey(signingKey('witness', 'local', Buffer.alloc(32, 3)));
    for (const text of [witness, 'a'.repeat(40)]) expect(refuse(added(text)).faults[0]?.code).toBe('policy.submitter-key');
  });
});

describe('an emergency that is declared', () => {
  const declared = (key?: string): unknown => ({
    kind: 'policy',
    handling: { tlp: 'AMBER' },
    source: { kind: 'administration' },
    extension: {
      policy: { act: 'break-glass.open', reason: 'fire', until: '2026-11-24T04:10:00Z', ...(key === undefined ? {} : { key }) },
    },
  });
  const byKey: AcceptContext = { ...context, shows: 'onekey01' };

  it('names the key or session by which it is declared, and no other', () => {
    expect(accept(declared('onekey01'), byKey).isPolicy).toBe(true);
    expect(accept(declared()).isPolicy).toBe(true);
    const refused = [{ code: 'auth.forbidden', pointer: '/extension/policy/key' }];
    expect(refuse(declared('another1'), byKey).faults).toMatchObject(refused);
    expect(refuse(declared(), byKey).faults).toMatchObject(refused);
    expect(refuse(declared('onekey01')).faults).toMatchObject(refused);
  });

  it('is declared by no key whose scopes leave it out', () => {
    const without: AcceptContext = { ...byKey, roles: ['contributor', 'auditor', 'partner', 'operator'] };
    expect(refuse(declared('onekey01'), without).faults).toMatchObject([{ code: 'auth.forbidden', pointer: '/extension/policy/act' }]);
    for (const role of ['investigator', 'admin'] as const)
      expect(accept(declared('onekey01'), { ...byKey, roles: [role] }).isPolicy).toBe(true);
  });
});
