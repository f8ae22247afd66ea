/**
 * Receipts: what capture signed when it took an event in, and the sealed receipt that its submitter can have afterwards. A receipt is a promise
 * (sealed or rejected within 60 s); where the server answers, it is held against what the log has.
 */
import {
  capturedMicros,
  type CaptureReceipt,
  checkPlaceKept,
  type ItemPlace,
  openReceipt,
  openSealedReceipt,
  parseVerifierKey,
  readProofDocument,
  type Report,
  reportOf,
  SEALED_WITHIN_SECONDS,
  type SealedReceipt,
  sha256Hex,
  type Statement,
  type Trust,
  utf8,
  utf8Text,
  type VerifierKey,
  verifyProof,
} from '#lib/ledger';
import type { Client } from '../client.ts';
import { CommandError } from '../exit-codes.ts';
import { provedKeys, trustFor } from '../log-trust.ts';
import { readPin } from '../pins.ts';
import type { VerifyFlags } from './verify.ts';

const MICROS_PER_SECOND = 1_000_000;

/** @param bytes a signed note of capture, or a sealed receipt */
export function verifyReceipt(bytes: Uint8Array, client: Client | null, flags: VerifyFlags): Promise<Report> {
  const text = utf8Text(bytes) ?? '';
  return text.startsWith('{') ? verifySealed(bytes, text, client, flags) : verifyCaptured(bytes, text, client, flags);
}

const failed = (
  fault: { readonly code: string; readonly detail: string; readonly pointer?: string },
  more: Partial<Statement> = {},
): Statement => ({
  step: 'receipt',
  state: 'failed',
  says: fault.detail,
  code: fault.code,
  ...(fault.pointer === undefined ? {} : { pointer: fault.pointer }),
  ...more,
});

async function verifySealed(bytes: Uint8Array, text: string, client: Client | null, flags: VerifyFlags): Promise<Report> {
  const inclusion = String((JSON.parse(text) as { inclusion?: unknown }).inclusion ?? '');
  const note = inclusion.slice(inclusion.indexOf('\n\n') + 2);
  const { trust } = await trustFor(note, flags, client);
  const opened = openSealedReceipt(bytes, { log: trust.log, witness: trust.witnesses?.witnesses.map(({ key }) => key) ?? [] });
  if (!opened.ok) {
    const isUnknown = opened.fault.code === 'note.unverified' || opened.fault.code === 'checkpoint.log-key';
    return reportOf([failed(opened.fault, isUnknown ? { step: 'signature', verdict: 'untrusted-key' } : {})], null);
  }
  const { sealed, checkpoint } = opened.value;
  const { agency, id, captured } = sealed.envelope;
  const { size } = checkpoint.checkpoint;
  const statements: Statement[] = [
    {
      step: 'receipt',
      state: 'established',
      says: `The event ${agency}/${id}, captured ${captured}, is entry ${sealed.inclusion.index} of the ${size} under a signed head.`,
    },
  ];
  if (client !== null) for (const place of sealed.places) statements.push(...(await placeStatements(client, sealed, place, trust)));
  else if (sealed.places.length > 0)
    statements.push({
      step: 'tree',
      state: 'not-established',
      code: 'sealed.not-asked',
      says: `Its places in ${sealed.places.length} item trees are the server's word until a proof of those items is held against them.`,
    });
  return reportOf(statements, { ...checkpoint.checkpoint, time: null });
}

/** The item tree, as the server proves it now, has the entry where the receipt says. */
async function placeStatements(client: Client, sealed: SealedReceipt, { group, item, n }: ItemPlace, trust: Trust): Promise<Statement[]> {
  const about = `${item} for ${group}`;
  const query = `group=${encodeURIComponent(group)}&from=${n}&to=${n + 1n}`;
  let text: string;
  try {
    text = await client.text(`/v1/items/${encodeURIComponent(item)}/proof?${query}`);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [
      { step: 'tree', state: 'not-established', about, code: error.code, says: `The server proves nothing about it: ${error.message}` },
    ];
  }
  const { kept: _, ...without } = trust;
  const question = { item, groups: [group], stretch: { from: n, to: n + 1n } };
  const { report } = verifyProof(utf8(text), without, question);
  if (report.verdict !== 'verified') return report.statements.filter(({ state }) => state === 'failed').map((one) => ({ ...one, about }));
  const document = readProofDocument(utf8(text));
  const tree = document.ok ? document.value.item?.groups[0]?.tree : undefined;
  if (tree === undefined || tree === null)
    return [
      failed({ code: 'sealed.left-out', detail: 'The item has no such entry in the log: it was left out.' }, { step: 'tree', about }),
    ];
  const kept = checkPlaceKept(sealed, { group, item }, tree);
  if (!kept.ok) return [failed(kept.fault, { step: 'tree', about })];
  return [{ step: 'tree', state: 'established', about, says: `The entry is number ${n} of its list, as the receipt says.` }];
}

async function verifyCaptured(bytes: Uint8Array, text: string, client: Client | null, flags: VerifyFlags): Promise<Report> {
  const log = /^log (.+)$/m.exec(text)?.[1] ?? '';
  const keys = await receiptKeys(log, client, flags);
  if ('report' in keys) return keys.report;
  const opened = openReceipt(bytes, { log, keys: keys.keys });
  if (!opened.ok)
    return reportOf(
      [failed(opened.fault, opened.fault.code === 'note.unverified' ? { step: 'signature', verdict: 'untrusted-key' } : {})],
      null,
    );
  const receipt = opened.value.value;
  const names = opened.value.signatures.map(({ key }) => `${key.name}+${key.id}`).join(', ');
  const signed: Statement = {
    step: 'receipt',
    state: 'established',
    says: `${receipt.agency}/${receipt.id} was captured ${receipt.captured} (${receipt.durability}), signed by ${names}.`,
  };
  if (client === null)
    return reportOf(
      [
        signed,
        {
          step: 'inclusion',
          state: 'not-established',
          code: 'receipt.not-asked',
          says: 'Whether it was sealed is for the log to show: nobody was asked.',
          verdict: 'incomplete',
        },
      ],
      null,
    );
  return held(client, receipt, signed, flags);
}

/** Those that were named, or those that the log certifies under a head that is trusted. */
async function receiptKeys(
  log: string,
  client: Client | null,
  flags: VerifyFlags,
): Promise<{ readonly keys: readonly VerifierKey<'receipt'>[] } | { readonly report: Report }> {
  const named = (flags.key ?? []).flatMap((text) => {
    const key = parseVerifierKey(text, 'receipt');
    return key.ok ? [key.value] : [];
  });
  const pinned = readPin(log)?.receiptKeys ?? [];
  if (client === null) return { keys: named.length > 0 ? named : pinned };
  const logFlags = { ...flags, key: (flags.key ?? []).filter((text) => !text.startsWith(`${log}/`)) };
  const proved = await provedKeys(client, async (checkpoint) => (await trustFor(checkpoint, logFlags, client)).trust);
  if ('keys' in proved) return { keys: [...named, ...proved.keys.receipt] };
  return named.length > 0 ? { keys: named } : proved;
}

/** The promise against the log. */
async function held(
  client: Client,
  { agency, id, captured, contentHash }: CaptureReceipt,
  signed: Statement,
  flags: VerifyFlags,
): Promise<Report> {
  const isDue = Date.now() * 1_000 - capturedMicros(captured) > SEALED_WITHIN_SECONDS * MICROS_PER_SECOND;
  let text: string;
  try {
    text = await client.text(`/v1/events/${encodeURIComponent(id)}/proof?agency=${encodeURIComponent(agency)}`);
  } catch (error) {
    if (!(error instanceof CommandError) || !['event.not-found', 'event.not-sealed', 'log.not-sealed'].includes(error.code)) throw error;
    const promised = `within ${SEALED_WITHIN_SECONDS} s`;
    const statement: Statement = isDue
      ? failed(
          {
            code: 'receipt.promise-broken',
            detail: `It was promised to be sealed or rejected ${promised}, and it is not in the log: ${error.message}`,
          },
          { step: 'inclusion', verdict: 'not-in-log' },
        )
      : {
          step: 'inclusion',
          state: 'not-established',
          code: error.code,
          says: `Pending: it is to be sealed or rejected ${promised}.`,
          verdict: 'incomplete',
        };
    return reportOf([signed, statement], null);
  }
  const { checkpoint } = JSON.parse(text) as { checkpoint: string };
  const { trust } = await trustFor(checkpoint, flags, client);
  const { report } = verifyProof(utf8(text), trust, { event: { agency, id }, isLatest: true });
  const document = readProofDocument(utf8(text));
  const shown = document.ok ? document.value.events[0]?.shown : undefined;
  const content = shown !== undefined && 'content' in shown ? shown.content : null;
  if (report.verdict === 'verified' && content !== null && sha256Hex(utf8(content)) !== contentHash)
    return reportOf(
      [signed, ...report.statements, failed({ code: 'receipt.other-content', detail: 'Other bytes stand in the log under this id.' })],
      report.head,
    );
  return reportOf([signed, ...report.statements], report.head);
}
