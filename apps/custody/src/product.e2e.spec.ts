/** The product's contract on the event log that is embedded in Postgres: no Java, no Kafka. */
import { jest } from '@jest/globals';
import { createEmbeddedLog } from '#lib/event-log';
import { productContract } from './product.contract.ts';
import { embeddedPool } from './tested-product.contract.ts';

jest.setTimeout(60_000);

productContract('embedded log', () =>
  Promise.resolve({
    log: {
      topic: 'e2e.events',
      env: {},
      warnings: [],
      open(dataDir) {
        const pool = embeddedPool(dataDir, 'capture');
        const log = createEmbeddedLog({ pool });
        return { ...log, close: () => log.close().then(() => pool.close()) };
      },
    },
    end: () => Promise.resolve(),
  }),
);
