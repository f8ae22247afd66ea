/** Paths of the OpenAPI document: proofs, the log as others read it, receipts. */
import { EXAMPLES } from './examples.ts';
import { agency, get, pathId, query, text, type Json } from './openapi-parts.ts';

/** What anyone can check by himself: nothing in these answers has to be believed. */
export function proofPaths(): Json {
  const whole = (name: string, description: string) => query(name, { type: 'integer', minimum: 0 }, description, 64);
  const size = whole('size', 'Of a published head; absent: the newest.');
  return {
    '/v1/log': get(
      'proveLog',
      'proofs',
      "The log's head, and the salt of its item map",
      'Proof',
      [size],
      'log.not-sealed',
      'size.not-published',
    ),
    '/v1/log/keys': get(
      'proveKeys',
      'proofs',
      'The keys that the log stands by, all of them',
      'Proof',
      [size],
      'log.not-sealed',
      'size.not-published',
    ),
    '/v1/log/consistency': get(
      'proveConsistency',
      'proofs',
      'That the larger of two heads continues the smaller',
      'Consistency',
      [whole('from', 'Size of the smaller head.'), whole('to', 'Size of the larger one.')].map((one) => ({ ...one, required: true })),
      'log.not-sealed',
      'size.not-published',
    ),
    ...subjectPaths(size, whole),
  };
}

/** C2SP tlog-tiles: static bytes, which a cache may keep. */
/** Of one item, of one event. */
function subjectPaths(size: Json, whole: (name: string, description: string) => Json): Json {
  const flag = (name: string, description: string) => query(name, { type: 'boolean', default: false }, description, true);
  return {
    '/v1/items/{id}/proof': get(
      'proveItem',
      'proofs',
      'All entries about one item as they were sealed for your reader groups, or that there are none',
      'Proof',
      [
        pathId('vin:WDDSYNTH9JA000001', 'Identifier.'),
        size,
        query('group', { type: 'string' }, 'One of your reader groups; absent: all of them.', 'clear'),
        whole('from', 'First place in the list of that group; absent: 0.'),
        whole('to', 'Place behind the last; absent: all.'),
        flag(
          'events',
          'Show the events that are listed, whole; of a marking by which its agency says to you what it took from you, that and no more.',
        ),
        flag('inclusion', 'Show the place of each of them in the log.'),
      ],
      'log.not-sealed',
      'size.not-published',
      'identifier.malformed',
      'proof.too-long',
    ),
    '/v1/events/{id}/proof': get(
      'proveEvent',
      'proofs',
      'One event, whole or some of it, and its place in the log',
      'Proof',
      [
        pathId('lux-0009'),
        agency,
        size,
        query(
          'open',
          { type: 'string' },
          'Slots to open beside envelope, kind and handling, which always are; absent: the whole event with its secret.',
          'place,occurred',
        ),
      ],
      'log.not-sealed',
      'size.not-published',
      'event.not-found',
      'event.ambiguous',
      'event.not-sealed',
    ),
  };
}

export function logPaths(): Json {
  const path = (name: string, description: string, example: string) => ({
    name, in: 'path', required: true, schema: { type: 'string' }, description, example,
  }); // prettier-ignore
  return {
    '/log/checkpoint': text(
      'getCheckpoint',
      'log',
      'The signed head of the log (C2SP tlog-checkpoint)',
      'text/plain',
      [],
      'ledger.example/log\n64\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— ledger.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZni\n',
      'log.not-sealed',
      'store.unavailable',
    ),
    '/log/tile/{level}/{tile}': text(
      'getTile',
      'log',
      'Hashes of the log, or its entries (C2SP tlog-tiles)',
      'application/octet-stream',
      [
        path('level', 'A level from 0 to 63, or `entries`.', '0'),
        path(
          'tile',
          'Index in groups of three digits, all but the last begun with x; `.p/<width>` behind it where it is partial.',
          '000.p/64',
        ),
      ],
      'bytes',
      'tile.not-found',
      'log.not-sealed',
      'store.unavailable',
    ),
    '/log/links/{range}': text(
      'getMapLinks',
      'log',
      'Which entries stand in which item trees, by map key: for auditing witnesses, where the operator serves it (docs/witness.md)',
      'application/octet-stream',
      [path('range', 'First index and the index behind the last, `<from>-<to>`, at most what the last seal covers.', '0-62')],
      'bytes',
      'links.not-found',
      'store.unavailable',
    ),
  };
}

/** A submitter's own. */
export function receiptPaths(): Json {
  return {
    '/v1/receipts/{agency}/{id}': get(
      'getReceipt',
      'events',
      'What became of a submission: pending, sealed, rejected',
      'ReceiptStatus',
      [
        { name: 'agency', in: 'path', required: true, schema: { type: 'string' }, description: 'The own agency.', example: 'local' },
        pathId('lux-0009'),
        query(
          'content',
          { type: 'string', pattern: '^[0-9a-f]{64}$' },
          'Which bytes, by the `contentHash` of their receipt: two submissions of one id are told apart by it. Absent: those that stand under the id.',
          EXAMPLES.Receipt.contentHash,
        ),
      ],
      'query.unknown',
      'event.not-found',
    ),
  };
}
