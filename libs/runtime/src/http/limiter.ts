/** Turns work away before it is begun: a rate for each client (token bucket), and a bound on what is worked on at once. */

export interface LimiterOptions {
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly inFlightMax: number;
  /** Clock in milliseconds that only goes forward. */
  readonly now?: () => number;
}

export type Admission =
  | { readonly admitted: true; /** Call once the work is over, however it ended; further calls do nothing. */ readonly release: () => void }
  | {
      readonly admitted: false;
      readonly code: 'rate.limited' | 'busy';
      /** Whole seconds, at least 1. */ readonly retryAfterSeconds: number;
    };

export interface Limiter {
  /** @param client who asks, see `clientOf`; O(1). */
  admit(client: string): Admission;
  inFlight(): number;
}

/**
 * Who asks, by the address of the connection: of IPv6 the network (/64), of which one machine has all addresses and takes another for each request if it
 * likes; an IPv4 address that was mapped into IPv6 is itself.
 */
export function clientOf(address: string): string {
  const [text = ''] = address.split('%', 1);
  if (!text.includes(':') || text.startsWith('::ffff:')) return address;
  const [before = [], after = []] = text.split('::', 2).map((part) => (part === '' ? [] : part.split(':')));
  const between = text.includes('::') ? Array.from({ length: GROUPS - before.length - after.length }, () => '0') : [];
  return `${[...before, ...between, ...after].slice(0, GROUPS_OF_NETWORK).join(':')}::/64`;
}

/** Of 16 bits each. */
const GROUPS = 8;
const GROUPS_OF_NETWORK = 4;
/** Clients remembered; beyond it the one idle for longest is forgotten, which gives it its burst back. About 100 bytes each. */
const CLIENTS_MAX = 10_000;
/** How soon a server that is at its limit may have room again. */
const BUSY_RETRY_SECONDS = 1;

interface Bucket {
  tokens: number;
  filledMs: number;
}

export function createLimiter({ ratePerSecond, burst, inFlightMax, now = () => performance.now() }: LimiterOptions): Limiter {
  // In order of last use: a Map keeps the order of insertion, and a bucket is inserted anew each time.
  const buckets = new Map<string, Bucket>();
  let inFlight = 0;
  return {
    admit(client) {
      // First the bound on work: what is turned away as busy has cost its client nothing.
      if (inFlight >= inFlightMax) return { admitted: false, code: 'busy', retryAfterSeconds: BUSY_RETRY_SECONDS };
      const at = now();
      const bucket = buckets.get(client) ?? { tokens: burst, filledMs: at };
      bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.filledMs) / 1000) * ratePerSecond);
      bucket.filledMs = at;
      buckets.delete(client);
      buckets.set(client, bucket);
      if (buckets.size > CLIENTS_MAX) forgetOldest(buckets);
      if (bucket.tokens < 1) {
        return { admitted: false, code: 'rate.limited', retryAfterSeconds: Math.max(1, Math.ceil((1 - bucket.tokens) / ratePerSecond)) };
      }
      bucket.tokens -= 1;
      inFlight++;
      let released = false;
      const release = (): void => {
        if (!released) inFlight--;
        released = true;
      };
      return { admitted: true, release };
    },
    inFlight: () => inFlight,
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  const oldest = buckets.keys().next();
  if (oldest.done !== true) buckets.delete(oldest.value);
}
