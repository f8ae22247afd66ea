/**
 * What the whole product promises, asked of the built program over HTTP and its command line: one suite, run on each event log. Its parts
 * run in order over one data directory: what the demo says, what goes in and out, what was recorded when, the interface, and at last ends and
 * starts.
 */
import { join } from 'node:path';
import { temporaryFolder } from '../test-process.ts';
import { chosenContract } from './product-chosen.contract.ts';
import { evidenceContract } from './product-evidence.contract.ts';
import { exchangeContract } from './product-exchange.contract.ts';
import { interfaceContract } from './product-interface.contract.ts';
import { lifeContract } from './product-life.contract.ts';
import { recordedContract, sealedDemoContract } from './product-recorded.contract.ts';
import { tracingContract } from './product-tracing.contract.ts';
import { type EventLogUnderTest, productOver, type ProductState } from './tested-product.contract.ts';

export function productContract(name: string, begin: () => Promise<{ log: EventLogUnderTest; end(): Promise<void> }>): void {
  describe(`the product on the ${name}`, () => {
    const folder = temporaryFolder();
    const state: ProductState & { end?: () => Promise<void> } = { stderr: '' };
    const product = productOver(join(folder.path, 'data'), state);
    const startedMs = Date.now();

    beforeAll(async () => {
      const { log, end } = await begin();
      Object.assign(state, { under: log, end });
      const { readyMs } = await product.start();
      state.log = log.open(product.dataDir);
      process.stderr.write(`ready on the ${name} after ${Math.round(readyMs)} ms (first start: makes the database, imports the demo)\n`);
    }, 120_000);
    afterAll(async () => {
      await state.log?.close();
      await state.running?.stop();
      await state.end?.();
      folder.remove();
    }, 60_000);

    it('says at its start what of the event log could lose records, and names the page to open', () => {
      const lines = product
        .stderr()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { level: string; code?: string });
      const warned = new Set(lines.flatMap(({ level, code }) => (level === 'warn' && code !== undefined ? [code] : [])));
      expect([...warned].sort()).toEqual(state.under?.warnings);
      expect(product.running().readyLine).toMatch(
        /^Ready {2}http:\/\/127\.0\.0\.1:\d+\/auth\/open\?link=\S+ .*loopback only.*custody trace vin:WDDSYNTH9JA000001/,
      );
    });

    sealedDemoContract(product, () => startedMs);
    tracingContract(product);
    exchangeContract(product);
    recordedContract(product, () => startedMs);
    evidenceContract(product);
    chosenContract(product);
    interfaceContract(product);
    lifeContract(product, async () => {
      await state.log?.close();
      delete state.log;
    });
  });
}
