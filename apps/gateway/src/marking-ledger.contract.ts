/** A ledger with people who mark and approve, as suites of markings use it: made before their tests, dropped behind them. */
import type { SightingDocument } from '#lib/contracts';
import type { Actor } from '#lib/domain';
import { readingOf } from './gateway-deps.ts';
import { PEOPLE } from './marking-documents.contract.ts';
import { TestedLedger } from './tested-ledger.contract.ts';

export interface MarkingLedger {
  /** Not before the tests run. */
  readonly ledger: TestedLedger;
  /** @param by `agency/principal` */
  say(by: string, ...documents: SightingDocument[]): Promise<void>;
  readsAs(who: Actor): ReturnType<typeof readingOf>;
}

/** @param further acts of policy, beside who is there in every such suite */
export function markingLedger(further: readonly SightingDocument[] = []): MarkingLedger {
  let made: TestedLedger | undefined;
  const ledger = (): TestedLedger => {
    if (made === undefined) throw new Error('the ledger is made before the tests');
    return made;
  };
  beforeAll(async () => {
    made = await TestedLedger.open();
    await made.add([...PEOPLE, ...further]);
  }, 120_000);
  afterAll(() => made?.database.drop());
  return {
    get ledger() {
      return ledger();
    },
    async say(by, ...documents) {
      const [agency, principal] = by.split('/');
      await ledger().add(documents, agency, principal);
    },
    readsAs: (who) => readingOf({ reads: ledger().reads, breaksGlass: () => false }, who),
  };
}
