import { jest } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SightingDocument } from '#lib/contracts';
import type { Client } from '../client.ts';
import { CommandError } from '../exit-codes.ts';
import { add, type AddOptions } from './add.ts';
import { compose } from './add-compose.ts';
import type { Asking } from './add-questions.ts';
import type { AddTexts, FieldFault } from './add-fields.ts';

const CAR = 'vin:WDDSYNTH9JA000001';
const SAID = { item: [CAR], source: 'photo' };
const documentOf = (texts: AddTexts): SightingDocument => {
  const made = compose(texts, 'made');
  expect(made).toMatchObject({ ok: true });
  return (made as Extract<typeof made, { ok: true }>).document;
};
const faultsOf = (texts: AddTexts): readonly FieldFault[] => {
  const made = compose(texts, 'made');
  return made.ok ? [] : made.faults;
};

describe('a sighting that is said by options', () => {
  it('is an observation, for the own agency alone, unless more is said', () => {
    expect(documentOf(SAID)).toEqual({
      id: 'made',
      kind: 'observation',
      handling: { tlp: 'AMBER' },
      items: [{ id: CAR, role: 'subject' }],
      source: { kind: 'photo' },
    });
  });

  it('says all that its options say', () => {
    expect(
      documentOf({
        ...{
          item: ['vin: wdd synth 9JA000001'],
          into: 'container:SYNU 000001 4',
          background: ['imo:0000048'],
          id: 'own',
          modality: 'planned',
        },
        ...{ at: '2018-06-11..2018-06-14', throughout: true, place: 'NLRTM', country: 'nl', party: ['consignee=Acme = Co'] },
        ...{
          source: 'Bill of Lading',
          sourceTitle: 'B/L 7',
          grade: 'b2',
          statement: ' stuffed ',
          tlp: 'red',
          agency: ['acme'],
          person: ['ann'],
        },
      }),
    ).toEqual({
      id: 'own',
      kind: 'aggregation',
      action: 'ADD',
      modality: 'planned',
      handling: { tlp: 'RED', agencies: ['acme'], principals: ['ann'] },
      occurred: { from: '2018-06-11', to: '2018-06-14', precision: 'day', extent: 'throughout' },
      place: { unlocode: 'NLRTM', country: 'NL' },
      items: [
        { id: CAR, role: 'subject', written: 'vin: wdd synth 9JA000001' },
        { id: 'container:SYNU0000014', role: 'container', written: 'container:SYNU 000001 4' },
        { id: 'imo:0000048', role: 'background' },
      ],
      parties: [{ role: 'consignee', name: 'Acme = Co' }],
      source: { kind: 'bill_of_lading', family: 'trade', title: 'B/L 7' },
      grade: 'B2',
      statement: 'stuffed',
    });
    expect(documentOf({ ...SAID, outOf: 'imo:0000048' })).toMatchObject({ action: 'DELETE', items: [{}, { role: 'conveyance' }] });
    expect(documentOf({ ...SAID, place: '51.95, 4.05' }).place).toEqual({ lat: 51.95, lon: 4.05 });
    expect(documentOf({ ...SAID, place: 'Rotterdam' }).place).toEqual({ name: 'Rotterdam' });
    expect(documentOf({ ...SAID, at: '..2018-06' }).occurred).toEqual({ to: '2018-06', precision: 'month' });
    expect(documentOf({ source: 'tip', kind: 'statement', statement: 'Cars arrive.' }).items).toBeUndefined();
  });

  it('of which an identifier fails its check is told what it would have to be, and is kept as written where that is said', () => {
    const failing = { ...SAID, item: ['container:SYNU0000015'] };
    expect(faultsOf(failing)).toMatchObject([
      { flag: '--item', code: 'add.check-fails', detail: expect.stringContaining('It would have to be 4') as string },
    ]);
    expect(documentOf({ ...failing, asWritten: true }).items).toEqual([{ id: 'container:SYNU0000015', role: 'subject' }]);
  });

  it.each<[string, AddTexts, string, string]>([
    ['no source', { item: [CAR] }, '--source', 'schema.required'],
    ['an empty source', { ...SAID, source: ' ' }, '--source', 'schema.size'],
    ['what is no identifier', { ...SAID, item: ['nonsense'] }, '--item', 'identifier.malformed'],
    ['another kind', { ...SAID, kind: 'correction' }, '--kind', 'usage'],
    ['no time', { ...SAID, at: '11 June' }, '--at', 'time.invalid'],
    ['a time without its offset', { ...SAID, at: '2018-06-11T13:20' }, '--at', 'time.no-offset'],
    ['times of two precisions', { ...SAID, at: '2018-06-11..2018-06' }, '--at', 'time.finer-than-precision'],
    ['times the wrong way round', { ...SAID, at: '2018-06-14..2018-06-11' }, '--at', 'time.reversed'],
    ['three times', { ...SAID, at: '2018..2019..2020' }, '--at', 'time.invalid'],
    ['two dots alone', { ...SAID, at: '..' }, '--at', 'time.invalid'],
    ['throughout no time', { ...SAID, throughout: true }, '--throughout', 'usage'],
    ['a country that is none', { ...SAID, place: 'X', country: 'QQ' }, '--country', 'place.country'],
    ['a country without a place', { ...SAID, country: 'NL' }, '--country', 'usage'],
    ['degrees that are none', { ...SAID, place: '95,4' }, '--place', 'place.coordinates'],
    ['a party without a role', { ...SAID, party: ['Acme'] }, '--party', 'usage'],
    ['a grade that is none', { ...SAID, grade: 'G9' }, '--grade', 'grade.malformed'],
    ['a handling that is none', { ...SAID, tlp: 'PINK' }, '--tlp', 'handling.tlp'],
    ['agencies under GREEN', { ...SAID, tlp: 'GREEN', agency: ['acme'] }, '--agency', 'handling.agencies'],
    ['persons under AMBER', { ...SAID, person: ['ann'] }, '--person', 'handling.principals'],
    ['a community under AMBER', { ...SAID, community: 'x' }, '--community', 'handling.community'],
    ['into and out of', { ...SAID, into: 'container:SYNU0000014', outOf: 'imo:0000048' }, '--out-of', 'usage'],
    ['into of an observation', { ...SAID, kind: 'observation', into: 'container:SYNU0000014' }, '--into', 'usage'],
    ['a statement that says nothing', { source: 'tip', kind: 'statement' }, '--statement', 'schema.required'],
    ['an empty statement', { ...SAID, statement: ' ' }, '--statement', 'schema.size'],
    ['an assessment of no sort', { source: 'analysis', kind: 'assessment' }, '--subtype', 'schema.required'],
    ['nothing that went in', { source: 'photo', into: 'container:SYNU0000014' }, '--item', 'schema.roles'],
    ['another modality', { ...SAID, modality: 'perhaps' }, '--modality', 'schema.value'],
    ['an id that is none', { ...SAID, id: 'a b' }, '--id', 'schema.pattern'],
  ])('with %s is refused by its option, and says what would do', (_, texts, flag, code) => {
    const [fault] = faultsOf(texts);
    expect(fault).toMatchObject({ flag, code });
    expect(fault?.remedy).not.toBe('');
  });

  it('with several faults is told all of them', () => {
    expect(faultsOf({ item: ['nonsense'], at: 'never', grade: 'Z9' }).map(({ flag }) => flag)).toEqual([
      '--item',
      '--at',
      '--source',
      '--grade',
    ]);
  });
});

describe('custody add', () => {
  const folder = mkdtempSync(join(tmpdir(), 'add-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'gate.txt');
  writeFileSync(path, 'gate 7\n');

  interface Sent {
    readonly how: string;
    readonly path: string;
    readonly body: string;
  }
  /** @param answers by what is asked; else it is taken */
  function server(answers: Readonly<Record<string, () => Response | Promise<Response>>> = {}): { client: Client; sent: Sent[] } {
    const sent: Sent[] = [];
    const receipt = (id: string) => ({
      ...{ status: 'accepted', agency: 'local', id, captured: 'then', durability: 'single-node' },
      signature: 'a note\n',
    });
    const answer = async (how: string, to: string, body: string): Promise<Response> => {
      sent.push({ how, path: to, body });
      const planted = answers[`${how} ${to.split('?')[0] ?? ''}${to.includes('dryRun') ? ' dry' : ''}`];
      if (planted !== undefined) return planted();
      const { id = '' } = body.startsWith('{') ? (JSON.parse(body) as { id?: string }) : {};
      return Response.json(how === 'PUT' ? { status: 'received' } : receipt(id), { status: 202 });
    };
    const client = {
      base: 'http://here',
      post: (to: string, _type: string, body: string) => answer('POST', to, body),
      async put(to: string, body: AsyncIterable<Uint8Array>) {
        const pieces: Uint8Array[] = [];
        for await (const piece of body) pieces.push(piece);
        return answer('PUT', to.replace(/[0-9a-f]{64}/, 'HASH'), Buffer.concat(pieces).toString());
      },
    } as unknown as Client;
    return { client, sent };
  }
  const out: string[] = [];
  const err: string[] = [];
  beforeEach(() => {
    out.length = err.length = 0;
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
  });
  afterEach(() => jest.restoreAllMocks());
  const person = (...answers: (string | null)[]): Asking & { readonly told: string[] } => {
    const told: string[] = [];
    return { ask: () => Promise.resolve(answers.shift() ?? null), tell: (line) => void told.push(line), told };
  };
  const failureOf = async (doing: Promise<unknown>): Promise<CommandError> =>
    doing.then(
      () => Promise.reject(new Error('it did not fail')),
      (error: unknown) => {
        if (error instanceof CommandError) return error;
        throw error;
      },
    );
  const steps = (sent: readonly Sent[]): string[] =>
    sent.map(({ how, path: to }) => `${how} ${to.split('?')[0] ?? ''}${to.includes('dryRun') ? ' dry' : ''}`);
  const WITH_FILE: AddOptions = { ...SAID, evidence: path, locator: 'line:1', id: 'own' };
  const UNTIL_SENT = ['POST /v1/events dry', 'PUT /v1/evidence/sha256/HASH', 'POST /v1/events'];

  it('is judged first, shown, then the evidence goes and then the sighting; the receipt is printed', async () => {
    const { client, sent } = server();
    expect(await add(client, WITH_FILE, null)).toBe(0);
    expect(steps(sent)).toEqual(UNTIL_SENT);
    expect(sent[1]?.body).toBe('gate 7\n');
    expect(sent[2]?.body).toBe(sent[0]?.body);
    expect(err.join('')).toContain('handling  TLP:AMBER\n');
    expect(out.join('')).toBe('local/own  accepted, captured then, single-node\na note\n');
  });

  it('with --dry-run sends nothing, and prints the document', async () => {
    const { client, sent } = server();
    expect(await add(client, { ...WITH_FILE, dryRun: true }, null)).toBe(0);
    expect(steps(sent)).toEqual(UNTIL_SENT.slice(0, 1));
    expect(JSON.parse(out.join(''))).toMatchObject({ id: 'own', evidence: [{ ref: 'gate.txt', bytes: 7, locator: 'line:1' }] });
  });

  it('that the server refuses sends no evidence', async () => {
    const refuse = () => Response.json({ code: 'event.id-conflict', title: 'Taken', detail: 'Other bytes.' }, { status: 409 });
    const { client, sent } = server({ 'POST /v1/events dry': refuse });
    expect(await failureOf(add(client, WITH_FILE, null))).toMatchObject({ code: 'event.id-conflict', exitCode: 5 });
    expect(steps(sent)).toEqual(UNTIL_SENT.slice(0, 1));
  });

  it('that fails behind its evidence says which evidence is there without a sighting, and how to go on', async () => {
    const refuse = () => Response.json({ code: 'log.unavailable', title: 'Away', detail: 'No log.', remedy: 'Wait.' }, { status: 503 });
    const { client } = server({ 'POST /v1/events': refuse });
    const error = await failureOf(add(client, WITH_FILE, null));
    expect(error).toMatchObject({
      code: 'log.unavailable',
      exitCode: 75,
      more: { report: { id: 'own', evidence: expect.stringMatching(/^[0-9a-f]{64}$/) as string } },
    });
    expect(error.message).toMatch(/The evidence [0-9a-f]{64} is there, and as far as is known no sighting cites it\.$/);
    expect(error.remedy).toContain('--id own');
    // Without evidence nothing is left behind.
    expect((await failureOf(add(client, { ...SAID, id: 'own' }, null))).message).not.toContain('evidence');
  });

  it('of which nothing is said is refused where nobody can be asked', async () => {
    const { client, sent } = server();
    expect(await failureOf(add(client, {}, null))).toMatchObject({ code: 'usage', remedy: expect.stringContaining('--item') as string });
    expect(await failureOf(add(client, { input: false }, person('x')))).toMatchObject({ code: 'usage' });
    expect(await failureOf(add(client, { locator: 'line:1' }, person('x')))).toMatchObject({ code: 'usage' });
    expect(
      await failureOf(
        add(client, { ...WITH_FILE, evidence: join(folder, 'none') }, null).catch((error: NodeJS.ErrnoException) => {
          throw new CommandError(2, error.code ?? '', '');
        }),
      ),
    ).toMatchObject({ code: 'ENOENT' });
    expect(sent).toEqual([]);
  });

  it('asks at a terminal, each answer judged at once and asked again', async () => {
    const { client, sent } = server();
    const asked = person(
      ...['nonsense', CAR, '', 'seen', '', 'yesterday', '2018-06-11', 'NLRTM', 'Acme', 'consignee=Acme', '', '', 'photo', 'Z9', 'B2'],
      ...['PINK', 'AMBER', 'Acme!', 'acme', 'two cars', 'none.txt', path, 'line:1', ''],
    );
    expect(await add(client, {}, asked)).toBe(0);
    expect(asked.told).toHaveLength(9);
    expect(steps(sent)).toEqual(UNTIL_SENT);
    expect(JSON.parse(sent[2]?.body ?? '')).toMatchObject({
      ...{ kind: 'observation', handling: { tlp: 'AMBER', agencies: ['acme'] }, grade: 'B2', statement: 'two cars' },
      ...{ parties: [{ role: 'consignee', name: 'Acme' }], evidence: [{ locator: 'line:1' }] },
    });
  });

  it('at a terminal keeps an identifier whose check fails where it is written once more', async () => {
    const { client, sent } = server();
    const asked = person(
      ...['container:SYNU0000015', 'container:SYNU0000015', '', 'aggregation', '', 'container:SYNU0000014'],
      ...['', '', '', 'photo', '', 'GREEN', '', '', 'y'],
    );
    expect(await add(client, {}, asked)).toBe(0);
    expect(asked.told).toEqual([expect.stringMatching(/It would have to be 4.*write it once more/)]);
    expect(JSON.parse(sent[1]?.body ?? '')).toMatchObject({
      action: 'DELETE',
      items: [{ id: 'container:SYNU0000015' }, { role: 'container' }],
    });
  });

  it('sends nothing where whoever was asked goes away, or says no', async () => {
    const { client, sent } = server();
    expect(await failureOf(add(client, {}, person(CAR, null)))).toMatchObject({ code: 'interrupted', exitCode: 130 });
    const all = [CAR, '', '', '', '', '', 'photo', '', '', '', '', ''];
    expect(await failureOf(add(client, {}, person(...all, 'no')))).toMatchObject({ code: 'interrupted' });
    expect(steps(sent)).toEqual(['POST /v1/events dry']);
  });
});
