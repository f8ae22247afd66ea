/** A case file (`custody-case/1`) as large as wanted: cars seen at gates and going into containers, some lines corrected by later ones. */
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { documentAt, type Inputs } from './documents.ts';

export type CaseLine = Readonly<Record<string, unknown>> & { readonly id: string };

/** Lines that end in this are corrections of the line before. */
const CORRECTION_EVERY = 20;

export function caseLineAt(inputs: Inputs, n: number): CaseLine {
  const corrects = n % CORRECTION_EVERY === CORRECTION_EVERY - 1;
  const { id, items = [], occurred, reported } = documentAt(inputs, corrects ? n - 1 : n);
  const car = items[0]?.id.split(':');
  const container = items.find(({ role }) => role === 'container')?.id.split(':');
  return {
    schema: 'custody-case/1',
    id: corrects ? documentAt(inputs, n).id : id,
    recordedAt: reported?.at,
    recordedBy: 'gate clerk',
    agency: 'Meridian Research (fictional)',
    kind: corrects ? 'correction' : container === undefined ? 'observation' : 'aggregation',
    ...(corrects ? { corrects: id, correctionReason: 'read again' } : {}),
    occurred,
    place: { name: 'Rotterdam', unlocode: 'NLRTM', country: 'NL' },
    item: { scheme: car?.[0], value: car?.[1] },
    ...(container === undefined ? {} : { parent: { scheme: 'iso6346', value: container[1] }, action: 'ADD' }),
    statement: `Gate record ${n}.`,
    source: { kind: 'trade_record', title: 'made by the harness' },
    grade: 'C3',
    tlp: 'GREEN',
  };
}

export async function writeCaseFile(path: string, inputs: Inputs): Promise<void> {
  const file = createWriteStream(path);
  for (let n = 0; n < inputs.count; n++) {
    if (!file.write(`${JSON.stringify(caseLineAt(inputs, n))}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}
