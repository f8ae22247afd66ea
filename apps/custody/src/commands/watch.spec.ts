/** What the commands for watches submit and print; that they take effect is shown on a real server (watches.e2e.spec.ts). */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AlertView } from '#lib/contracts';
import { createClient } from '../client.ts';
import type { CommandError } from '../exit-codes.ts';
import { add, ALERTS, change, conditionOf, remove, WATCHES } from './watch.ts';

const VIN = '1M8GDM9AXKP042788';
const RED = { tlp: 'RED', principals: ['eva'] } as const;
const shown = {
  ...{ id: 'w-1', title: 'Cars', condition: { schemes: ['vin'] }, display: 'scheme vin', handling: RED },
  ...{ addedBy: 'eva', added: 3, changedBy: 'eva', changed: 3, removed: false },
};
let submitted: unknown[];
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (chunks.length > 0) submitted.push(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      const path = request.url ?? '';
      const answer = path.startsWith('/v1/policy')
        ? { actor: { agency: 'acme', principal: 'eva' }, last: 9, flagged: [] }
        : path.startsWith('/v1/watches')
          ? { watches: [shown], flagged: [] }
          : request.method === 'POST'
            ? { id: 'w-2' }
            : { event: { logIndex: 7 } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
const write = process.stdout.write.bind(process.stdout);
beforeEach(() => {
  submitted = [];
  process.stdout.write = (() => true) as never;
});
afterEach(() => {
  process.stdout.write = write;
});
const client = () => createClient(url, {});

describe('a watch on the command line', () => {
  it('is a condition of what is given, in the normal forms', () => {
    expect(
      conditionOf({
        ...{
          item: [`VIN ${VIN}`],
          party: ['Do Young', '5299000J2N45DDNE4Y28'],
          place: ['CNDLC', 'KR', 'Nakhodka'],
          near: '38.9,121.6,2000',
        },
        ...{ kind: ['transfer'], grade: 'C3' },
      }),
    ).toEqual({
      items: [`vin:${VIN}`],
      parties: [{ name: 'Do Young' }, { lei: '5299000J2N45DDNE4Y28' }],
      places: [{ unlocode: 'CNDLC' }, { country: 'KR' }, { name: 'Nakhodka' }, { within: { lat: 38.9, lon: 121.6, radiusMetres: 2000 } }],
      kinds: ['transfer'],
      gradeAtLeast: 'C3',
    });
  });

  it.each([
    ['condition.empty', {}],
    ['condition.item', { item: ['??'] }],
    ['condition.word', { kind: ['rumour'] }],
    ['usage', { near: '1,2' }],
    ['usage', { near: '1,,3' }],
    ['grade.malformed', { grade: 'G1' }],
  ])('is refused as %s', (code, options) => {
    const thrown = (() => {
      try {
        return conditionOf(options);
      } catch (error) {
        return (error as CommandError).code;
      }
    })();
    expect(thrown).toBe(code);
  });

  it('is its agency’s alone unless it is less', async () => {
    await add(client(), { scheme: ['vin'] });
    await add(client(), { scheme: ['vin'], tlp: 'red', person: ['eva'], title: 'T' });
    expect(submitted).toEqual([
      {
        ...{ kind: 'watch', handling: { tlp: 'AMBER+STRICT' }, source: { kind: 'watch' } },
        extension: { watch: { act: 'added', condition: { schemes: ['vin'] } } },
      },
      {
        ...{ kind: 'watch', handling: RED, source: { kind: 'watch' } },
        extension: { watch: { act: 'added', title: 'T', condition: { schemes: ['vin'] } } },
      },
    ]);
  });

  it('stays for whom it was, and is called as it was, where a change or its end say nothing of that', async () => {
    await change(client(), 'w-1', { scheme: ['imo'] });
    await remove(client(), 'w-1', { reason: 'done' });
    await change(client(), 'w-1', { scheme: ['imo'], tlp: 'AMBER' });
    expect(submitted).toMatchObject([
      { handling: RED, extension: { watch: { act: 'changed', watch: 'w-1', title: 'Cars' } } },
      { handling: RED, extension: { watch: { act: 'removed', watch: 'w-1', reason: 'done' } } },
      { handling: { tlp: 'AMBER' }, extension: { watch: { act: 'changed' } } },
    ]);
    await expect(remove(client(), 'none', {})).rejects.toMatchObject({ code: 'watch.not-found' });
  });
});

test('what met a watch is printed with its reasons, and what is not to be seen without', () => {
  const alert = { id: 'alert:1', logIndex: 9, recorded: null, watch: 'w-1', title: 'Cars', n: 0, tlp: 'RED' } as const;
  const event: NonNullable<AlertView['event']> = {
    agency: 'bolt',
    id: 'e\u001b[31m',
    logIndex: 8,
    recorded: null,
    kind: 'transfer',
    modality: 'planned',
    items: [`vin:${VIN}`],
    occurred: '2018-06-11',
    place: 'Dalian',
    grade: 'C3',
    tlp: 'GREEN',
  };
  const because = [{ member: 'schemes', certain: true, display: 'scheme vin' }] as const;
  const text = ALERTS.text([
    { ...alert, state: 'raised', because: [...because], event },
    { ...alert, state: 'recalled', because: [], event: null },
  ]);
  expect(text.split('\n')).toEqual([
    'not sealed yet  Cars  TLP:RED',
    '       bolt/e⟨U+001B⟩[31m  planned transfer, 2018-06-11, Dalian, graded C3',
    `       vin:${VIN}`,
    '       because of scheme vin',
    'not sealed yet  RECALLED Cars  TLP:RED',
    '       what met it is not for you to see, or not any more',
    '',
  ]);
  expect(WATCHES.text([{ ...shown, handling: { ...RED, principals: ['eva'] }, condition: null }])).toBe(
    'Cars  w-1  TLP:RED, by eva\n       scheme vin\n',
  );
});
