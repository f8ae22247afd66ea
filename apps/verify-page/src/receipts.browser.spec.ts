/** Receipts on the page that verifies, in a real browser: what the verifier says of them in Node, with what they show by themselves. */
import {
  encodeSealedReceipt,
  formatVerifierKey,
  sha256Hex,
  signingKey,
  signReceipt,
  signRejection,
  verifyReceiptAlone,
  type ReceiptTrust,
} from '#lib/ledger';
import { CAR, grownWorld, logKey, ORIGIN, seedOf } from '../../../libs/ledger/src/ledger-world.contract.ts';
import { otherText, pick, SEED, seeded } from '../../../libs/ledger/src/mutants.contract.ts';
import { ageless, expected, KEY, opened, PAGE, shownOf, SUITE_TIMEOUT_MS } from './page-in-browser.contract.ts';

const world = grownWorld();
const receiptKey = signingKey('receipt', `${ORIGIN}/receipt`, seedOf('receipt'));
const submitted = world.events[0]!;
const promised = { log: ORIGIN, agency: 'local', id: submitted.envelope.id, contentHash: sha256Hex(submitted.content) };
const inclusion = {
  extra: null,
  index: submitted.index,
  hashes: world.inclusion(Number(submitted.index)),
  checkpoint: Buffer.from(world.checkpoint()),
};
/** Each with its outcome: a promise, why it was not kept in one way, an entry of the log. */
const RECEIPTS: readonly (readonly [receipt: Uint8Array, word: string, code: string])[] = [
  [
    signReceipt({ ...promised, captured: submitted.envelope.captured, durability: 'replicated' }, receiptKey),
    'Incomplete',
    'receipt.not-asked',
  ],
  [
    signRejection({ ...promised, code: 'event.conflict', detail: 'Another event stands under this id.' }, receiptKey),
    'Not in the log',
    'receipt.rejected',
  ],
  [encodeSealedReceipt({ ...submitted, inclusion, places: [{ group: 'clear', item: CAR, n: 0n }] }), 'Incomplete', 'sealed.not-asked'],
];
const RECEIPT_MUTANTS = 90;

test(
  `a receipt, a rejection and a sealed receipt are opened as far as they show anything by themselves, and ${RECEIPT_MUTANTS} with something changed`,
  async () => {
    const trusted: ReceiptTrust = { log: [logKey], receipts: [receiptKey] };
    const random = seeded(SEED);
    const mutants = Array.from({ length: RECEIPT_MUTANTS }, (_, n) => {
      const text = Buffer.from(RECEIPTS[n % RECEIPTS.length]![0]).toString();
      return Buffer.from(pick([otherText(text, random), otherText(otherText(text, random), random)], random));
    });
    const { page, asked, faults, close } = await opened();
    const both = `${KEY}\n${formatVerifierKey(receiptKey)}`;
    const shown = (
      await shownOf(
        page,
        RECEIPTS.map(([receipt]) => receipt),
        both,
      )
    ).map(ageless);
    expect(shown).toEqual(RECEIPTS.map(([receipt]) => expected(verifyReceiptAlone(receipt, trusted))));
    for (const [n, [, word, code]] of RECEIPTS.entries()) {
      expect(shown[n]?.word).toBe(word);
      expect(shown[n]?.statements.map(({ where }) => where)).toContain(`[${code}]`);
    }
    const changed = (await shownOf(page, mutants, both)).map(ageless);
    const words = new Set<string>();
    for (const [n, mutant] of mutants.entries()) {
      // Of what does not begin as a receipt any more nothing is known.
      const inText = Buffer.from(mutant).toString();
      const isKnown = inText.startsWith('custody-ledger/') || (inText.startsWith('{"commitment"') && inText.includes('"places"'));
      const wanted = isKnown ? expected(verifyReceiptAlone(mutant, trusted)) : undefined;
      if (wanted === undefined) expect(changed[n]?.word).toMatch(/^(?:Could not be checked|Altered)$/);
      else expect({ n, seed: SEED, ...changed[n] }).toEqual({ n, seed: SEED, ...wanted });
      words.add(changed[n]?.word ?? '');
      expect(changed[n]?.word).not.toBe('Verified');
    }
    expect(words).toContain('Altered');
    expect((await shownOf(page, [RECEIPTS[0]![0]], KEY))[0]).toEqual(
      expected(verifyReceiptAlone(RECEIPTS[0]![0], { log: [logKey], receipts: [] })),
    );
    expect(await page.textContent('.head')).toContain(`Said to be signed by${receiptKey.name}+${receiptKey.id}`);
    expect([asked, faults]).toEqual([[PAGE], []]);
    await close();
  },
  SUITE_TIMEOUT_MS,
);

test(
  'a sealed receipt beside the event that its holder kept is verified, and beside another one altered',
  async () => {
    const places = submitted.groups.flatMap((group) => submitted.items.map((item) => ({ group, item, n: 0n })));
    const receipt = encodeSealedReceipt({ ...submitted, inclusion, places });
    const trusted: ReceiptTrust = { log: [logKey], receipts: [] };
    const { page, asked, faults, close } = await opened();
    for (const [content, word] of [
      [submitted.content, 'Verified'],
      [submitted.content.replace('observation', 'registration'), 'Altered'],
    ] as const) {
      await page.setInputFiles('#content', { name: 'event.json', mimeType: 'application/json', buffer: Buffer.from(content) });
      const [shown] = (await shownOf(page, [receipt])).map(ageless);
      expect(shown).toEqual(expected(verifyReceiptAlone(receipt, trusted, Buffer.from(content))));
      expect(shown?.word).toBe(word);
    }
    expect([asked, faults]).toEqual([[PAGE], []]);
    await close();
  },
  SUITE_TIMEOUT_MS,
);
