/** What a start prints once it answers. */
import type { Config } from '#lib/runtime';
import { bringsDemo, type DemoState } from './demo.ts';

export type ReadyConfig = Pick<Config, 'roles' | 'port' | 'access' | 'demo' | 'databaseUrl'>;

/** The page and the trace are the gateway's. */
export function readyLine(url: string, config: ReadyConfig, demo: DemoState): string {
  const reads = config.roles.includes('gateway');
  const server = config.port === 8080 ? '' : ` --server ${url}`;
  const who =
    config.access === 'open' ? 'loopback only: whoever reaches it is the operator' : 'loopback only: without a key what is TLP:CLEAR';
  const trace = reads && bringsDemo(config) && demo !== 'unfinished' ? `  ·  try: npx custody trace vin:WDDSYNTH9JA000001${server}` : '';
  return `Ready  ${url}${reads ? '/docs/api' : ''}  (${who})${trace}`;
}
