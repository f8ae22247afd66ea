/** What a start prints once it answers. */
import { type Config, type DemoModeConfig, isDemoMode, isForOthers } from '#lib/runtime/config';
import { LINK_MINUTES } from './access/one-time-link.ts';
import { bringsDemo, type DemoState } from './demo.ts';

export type ReadyConfig = Pick<Config, 'roles' | 'port' | 'access'> & DemoModeConfig;

/** The page and the trace are the gateway's. @param link what opens the operator's first session; null: none is given away */
export function readyLine(url: string, config: ReadyConfig, demo: DemoState, link: string | null = null): string {
  const reads = config.roles.includes('gateway');
  const server = config.port === 8080 ? '' : ` --server ${url}`;
  const opens = link === null ? '' : `this link, once and within ${LINK_MINUTES} minutes, logs you in as the operator; `;
  const trace = reads && bringsDemo(config) && demo !== 'unfinished' ? `  ·  try: npx custody trace vin:WDDSYNTH9JA000001${server}` : '';
  return `Ready  ${link ?? `${url}${reads ? '/docs/api' : ''}`}  (${whoReads(config, opens)})${trace}`;
}

function whoReads(config: ReadyConfig, opens: string): string {
  if (config.access === 'open') return 'loopback only: whoever reaches it is the operator';
  if (isDemoMode(config)) return `demo mode, loopback only: ${opens}without a key what is TLP:CLEAR`;
  return `${isForOthers(config) ? '' : 'loopback only: '}${opens}without a key no record`;
}
