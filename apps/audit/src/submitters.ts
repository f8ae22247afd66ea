/**
 * Who the sealed entries say that they are of, and when they say that they were captured, against what the same log says: its policy at their
 * index, and the first seal over them. Nothing of it shows that a row was altered, and the verdict does not count it: see AuditRemark.
 */
import { formatInstant, parsePolicyAct, Policy, type PolicyActText, type Sighting } from '#lib/domain';
import { parseVerifierKey } from '#lib/ledger';
import type { AuditRemark } from './report.ts';

/** Seals as they were found, rising: how far each covers, and its time in microseconds. 16 bytes a seal. */
export interface SealTimes {
  readonly covers: number[];
  readonly micros: number[];
}

/** What an entry says of itself. */
export interface Submitted {
  readonly logIndex: number;
  readonly agency: string;
  readonly principal: string;
  readonly capturedMicros: number;
}

/** As with every two clocks that a check compares: those of capture and sealer may lie so far apart. */
const APART_MINUTES = 5;
const APART_MICROS = APART_MINUTES * 60 * 1_000_000;
/** Names that are told one by one; of the rest only how many events: whoever writes names can write a million of them. */
const NAMES_MAX = 25;

/** Takes events in log order. Cost: two look-ups an event. Memory: some hundred bytes an act of policy, and what is remarked. */
export class Submitters {
  private readonly policy = new Policy({ acceptsVkey: (vkey) => parseVerifierKey(vkey, 'submitter').ok });
  private readonly seals: SealTimes;
  private seal = 0;
  /** Of each name how often, and first where. */
  private readonly strangers = new Map<string, { readonly first: number; count: number }>();
  private more: { readonly first: number; count: number } | null = null;
  private late: { readonly first: number; readonly captured: string; readonly sealed: string; count: number } | null = null;

  constructor(seals: SealTimes) {
    this.seals = seals;
  }

  take(entry: Submitted): void {
    this.admitted(entry);
    this.inTime(entry);
  }

  /** An act of policy that the entry is, judged at its index as everywhere; to be taken behind the entry itself. */
  act({ logIndex, agency, principal, capturedMicros }: Submitted, { extension }: Sighting): void {
    const read = parsePolicyAct(extension?.['policy'] as PolicyActText);
    if (read.ok && logIndex > this.policy.last)
      this.policy.apply({ logIndex, agency, principal, captured: capturedMicros, act: read.value });
  }

  remarks(): AuditRemark[] {
    const named = [...this.strangers].map(([name, { first, count }]): AuditRemark => {
      const detail = `${name}, of whom ${events(count)} said to be, was not admitted by the policy in this log where the first of them stands.`;
      return { code: 'audit.not-admitted', logIndex: first, count, detail };
    });
    if (this.more !== null) {
      const { first, count } = this.more;
      const detail = `Of further names that the policy in this log did not admit ${events(count)} said to be.`;
      named.push({ code: 'audit.not-admitted', logIndex: first, count, detail });
    }
    if (this.late === null) return named;
    const { first, count, captured, sealed } = this.late;
    const detail =
      `By what is said of ${count === 1 ? '1 event' : `${count} events`}, capture lies more than ${APART_MINUTES} minutes after the seal over it: ` +
      `the first says ${captured}, its seal ${sealed}.`;
    return [...named, { code: 'audit.captured-late', logIndex: first, count, detail }];
  }

  /** Once admitted is enough: what was captured before a revocation may come into the log behind it. */
  private admitted({ logIndex, agency, principal }: Submitted): void {
    const name = `${agency}/${principal}`;
    if (this.policy.principals.has(name)) return;
    const known = this.strangers.get(name);
    if (known !== undefined) known.count += 1;
    else if (this.strangers.size < NAMES_MAX) this.strangers.set(name, { first: logIndex, count: 1 });
    else (this.more ??= { first: logIndex, count: 0 }).count += 1;
  }

  private inTime({ logIndex, capturedMicros }: Submitted): void {
    const { covers, micros } = this.seals;
    while (this.seal < covers.length && (covers[this.seal] as number) <= logIndex) this.seal += 1;
    const sealed = micros[this.seal];
    if (sealed === undefined || !(capturedMicros > sealed + APART_MICROS)) return;
    this.late ??= { first: logIndex, captured: formatInstant(capturedMicros), sealed: formatInstant(sealed), count: 0 };
    this.late.count += 1;
  }
}

const events = (count: number): string => (count === 1 ? '1 event is' : `${count} events are`);
