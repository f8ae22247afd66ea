/**
 * Whether a proof document shows what it says, step by step (design: Formats, "Verifying completeness"): the head's signature and witnesses,
 * what was kept from before; the seal at its end, its time and age; the salt; for each reader group the place in the item map and the list of
 * entries; each event that is shown; each place in the log. Pure, and the same in server, command line and browser.
 */
import { openCheckpoint, type Cosignature, type OpenedCheckpoint } from './checkpoint.ts';
import { HEAD_RULES } from './head-rules.ts';
import { continuityOf } from './log-tree.ts';
import { toHex, utf8 } from './bytes.ts';
import { seenBy, timeOf } from './head-times.ts';
import { readProofDocument, type ProofDocument } from './proof-document.ts';
import type { Kept, KeptTree, ListedEntries, Question, Trust } from './proof-question.ts';
import { PROOF_RULES, type ProofRules } from './proof-rules.ts';
import { established, failure, leftOpen, reportOf, type CheckedHead, type Report, type Statement } from './report.ts';
import type { ReportSubject } from './report-subject.ts';
import { checkSalt, checkSeal, type CheckedSeal } from './verify-seal.ts';
import { isInPart, verifyEvents } from './verify-events.ts';
import { verifyItem } from './verify-item.ts';
import type { Withheld } from './verify-withheld.ts';
import { isToCome, verifyAge, verifyTimes } from './verify-times.ts';
import { witnessing } from './witness-policy.ts';

/** What a check found, and what there is to keep for the next one. */
export interface Verified {
  readonly report: Report;
  /** `null`: nothing to keep: not all of it was verified, or its head is behind the one that was kept before, or was not held against it. */
  readonly keep: Omit<Kept, 'consistency' | 'claimed'> | null;
}

/** How the name of a witness ends that makes the item map again before it cosigns. No plus sign: the name of a key has none. */
export const MAP_WITNESS_SUFFIX = '/map';

/**
 * The whole check. Never throws. Cost: 0.13 ms for each signature, 0.2 ms for each event that is shown whole, two hashes for each entry.
 */
export function verifyProof(bytes: Uint8Array, trust: Trust, question: Question = {}, rules: ProofRules = PROOF_RULES): Verified {
  const check = new Check(trust, question, rules);
  const steps = reported(check, bytes);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const report = step.value;
  return { report, keep: report.verdict === 'verified' ? check.keep() : null };
}

/** A head by itself, as its note: signature, witnesses, and whether it continues what was kept. Its age its seal alone says. Never throws. */
export function verifyHead(note: string, trust: Trust, question: Question = {}, rules: ProofRules = PROOF_RULES): Report {
  const check = new Check(trust, question, rules);
  return reportOf([...check.runHead(note)], check.head);
}

/** The same, one statement after the other as they are made: for whoever shows them so. Ends with the first failure. */
export const verifySteps = (
  bytes: Uint8Array,
  trust: Trust,
  question: Question = {},
  rules: ProofRules = PROOF_RULES,
): Generator<Statement, Report> => reported(new Check(trust, question, rules), bytes);

/** Ends with the first failure. */
function* reported(check: Check, bytes: Uint8Array): Generator<Statement, Report> {
  const statements: Statement[] = [];
  for (const statement of check.run(bytes)) {
    statements.push(statement);
    yield statement;
    if (statement.state === 'failed') break;
  }
  return reportOf(statements, check.head, check.subject);
}

class Check {
  head: CheckedHead | null = null;
  subject: ReportSubject | null = null;
  private readonly trust: Trust;
  private readonly question: Question;
  private readonly rules: ProofRules;
  private seal: CheckedSeal | null = null;
  private mapSalt: Uint8Array | null = null;
  private trees: readonly KeptTree[] = [];
  /** Whether the head was held against the one that was kept, if there is one. */
  private isHeld = true;

  constructor(trust: Trust, question: Question, rules: ProofRules) {
    this.trust = trust;
    this.question = question;
    this.rules = rules;
  }

  keep(): Verified['keep'] {
    const { head, mapSalt, trees, isHeld } = this;
    const isBehindKept = head !== null && head.size < (this.trust.kept?.size ?? 0n);
    if (head === null || !isHeld || isBehindKept) return null;
    const { size, root, time } = head;
    return { size, root, ...(time === null ? {} : { time }), mapSalt, trees };
  }

  *run(bytes: Uint8Array): Generator<Statement> {
    const { rules } = this;
    const read = readProofDocument(bytes, rules);
    if (!read.ok) return yield failure('document', read.fault);
    const document = read.value;
    yield this.checkDocument(document, bytes.length);
    const opened = yield* this.checkHead(document);
    if (opened === null) return;
    yield* this.checkSealed(document, opened);
    if (this.seal === null) return;
    const listed = yield* this.checkItem(document, this.seal);
    this.subject = subjectOf(document, listed, this.seal.covers, this.question);
    const withheld = yield* verifyEvents(document, { listed, head: opened.checkpoint, question: this.question, rules });
    this.subject = { ...this.subject, withheld: withheld.length, since: withheld.reduce(earlier, null) };
    if (document.item !== null) yield* standsBehind(opened);
  }

  /** What it is about; nothing at all is no proof of anything, unless the log itself was asked for. */
  private checkDocument({ item, events }: ProofDocument, length: number): Statement {
    const { event, log } = this.question;
    const isEmpty = item === null ? events.length === 0 && event === undefined && log !== true : item.groups.length === 0;
    if (isEmpty && this.rules.saysSomething)
      return leftOpen('document', 'proof.empty', 'The proof shows no item and no event: nothing is shown by it of either.', {
        verdict: 'incomplete',
      });
    const about = item === null ? (events.length === 0 ? 'the log' : plural(events.length, 'event')) : item.item;
    return established('document', `A proof about ${about}, ${length} bytes.`);
  }

  *runHead(note: string): Generator<Statement> {
    const opened = yield* this.checkHead({ checkpoint: note });
    if (opened !== null) yield this.checkKept(opened.checkpoint);
  }

  private *checkHead({ checkpoint }: Pick<ProofDocument, 'checkpoint'>): Generator<Statement, OpenedCheckpoint | null> {
    const { trust, rules } = this;
    const witnesses = trust.witnesses?.witnesses.map(({ key }) => key) ?? [];
    const opened = openCheckpoint(utf8(checkpoint), { log: trust.log, witness: witnesses }, { ...HEAD_RULES, ...rules });
    if (!opened.ok) {
      const isUnknown = opened.fault.code === 'note.unverified' || opened.fault.code === 'checkpoint.log-key';
      yield failure('signature', opened.fault, isUnknown ? { verdict: 'untrusted-key' } : {});
      return null;
    }
    const { value } = opened;
    const { origin, size, root } = value.checkpoint;
    this.head = { origin, size, root, time: null };
    const ids = value.signatures.map(({ key }) => key.id).join(', ');
    yield established('signature', `${origin}: the head of ${size} entries, root ${toHex(root)}, is signed by its key ${ids}.`);
    const cosignatures = value.cosignatures.filter((cosignature) => !isToCome(cosignature, trust, rules));
    yield this.checkWitnesses(cosignatures, this.head, value.cosignatures.length - cosignatures.length);
    return { ...value, cosignatures };
  }

  /** Keeps by when the head was seen, where enough say so. @param toCome how many do not count for their times */
  private checkWitnesses(cosignatures: readonly Cosignature[], head: CheckedHead, toCome: number): Statement {
    const { witnesses } = this.trust;
    if (witnesses === undefined || witnesses.threshold === 0)
      return leftOpen(
        'witnesses',
        'proof.no-witness-asked',
        'No witness was asked for: that everyone is shown the same log rests on comparing heads, or on the word of its operator.',
      );
    const witnessed = witnessing(cosignatures, witnesses);
    const { met, threshold, cosigned, missing } = witnessed;
    const names = cosigned.map(({ name, timestamp }) => `${name} at ${timeOf(timestamp)}`).join(', ');
    const found = `${cosigned.length} of ${threshold} witnesses that have to cosign did${names === '' ? '' : `: ${names}`}`;
    const seen = seenBy(witnessed);
    if (seen !== undefined) this.head = { ...head, seen };
    if (met || !this.rules.witnessed) return established('witnesses', `${found}.`);
    const ahead = toCome === 0 ? '' : '; a time ahead of this clock does not count';
    return leftOpen('witnesses', 'proof.witnesses', `${found}; missing: ${missing.join(', ')}${ahead}.`, { verdict: 'incomplete' });
  }

  private *checkSealed(document: ProofDocument, opened: OpenedCheckpoint): Generator<Statement> {
    const { checkpoint } = opened;
    const { trust, rules } = this;
    yield this.checkKept(checkpoint);
    const seal = checkSeal(document.seal, checkpoint, rules);
    if (!seal.ok) return yield failure('seal', seal.fault);
    this.seal = seal.value;
    const { covers, time, mapSize } = seal.value;
    const head = { ...(this.head as CheckedHead), time };
    this.head = head;
    yield established(
      'seal',
      `The seal at index ${document.seal.index} covers the entries below ${covers} (${mapSize} item trees), recorded ${time}.`,
    );
    const uncovered = document.seal.index - covers;
    if (uncovered > 0n && document.item !== null)
      yield leftOpen(
        'seal',
        'proof.not-covered',
        `${uncovered === 1n ? '1 entry stands' : `${uncovered} entries stand`} between what the seal covers and the seal: in no list yet, whatever ${uncovered === 1n ? 'it is' : 'they are'} about.`,
      );
    yield* verifyTimes(head, trust, rules);
    yield* verifyAge(head, trust, rules);
    const salt = checkSalt(document.salt, checkpoint, trust.kept?.mapSalt ?? null, rules);
    if (!salt.ok) {
      this.seal = null;
      return yield failure('salt', salt.fault);
    }
    this.mapSalt = salt.value;
    if (salt.value !== null) yield saltStatement((trust.kept?.mapSalt ?? null) !== null, auditingOf(opened));
    else if (document.item !== null) {
      this.seal = null;
      yield leftOpen('salt', 'proof.salt-unknown', 'The salt of the map is not shown, and none was kept.', { verdict: 'incomplete' });
    }
  }

  private checkKept({ size, root }: OpenedCheckpoint['checkpoint']): Statement {
    const { kept } = this.trust;
    if (kept === undefined) return leftOpen('kept', 'proof.nothing-kept', 'No head was kept from an earlier check to compare with.');
    if (size < kept.size && this.question.isLatest === true && this.rules.notBehindKept)
      return failure('kept', {
        code: 'proof.stale',
        detail: `The log shows a head of ${size} entries, and ${kept.size} were kept: an older state was put back.`,
      });
    const [first, second] = size < kept.size ? [{ size, root }, kept] : [kept, { size, root }];
    const needsNone = first.size === second.size || first.size === 0n;
    const proof = needsNone && !Array.isArray(kept.consistency) ? [] : kept.consistency;
    if (proof === null || proof === 'missing') {
      this.isHeld = false;
      return leftOpen('kept', ...noPath(proof, `the head of ${size} entries and the kept one of ${kept.size} are of one log`));
    }
    const continuity = continuityOf([first.size, first.root], [second.size, second.root], proof, kept.claimed);
    if (continuity === 'not-shown' && this.rules.keptContinues) {
      this.isHeld = false;
      return leftOpen('kept', ...noPath('missing', `the head of ${size} entries and the kept one of ${kept.size} are of one log`));
    }
    if (continuity === 'forked' && this.rules.keptContinues)
      return failure('kept', {
        code: 'proof.forked',
        detail: `The heads of ${first.size} and ${second.size} entries are not of one log: it was forked, or changed, below ${first.size}.`,
      });
    return established('kept', `The head of ${size} entries and the kept one of ${kept.size} are of one log that only grew.`);
  }

  private *checkItem(document: ProofDocument, seal: CheckedSeal): Generator<Statement, ListedEntries | null> {
    const { question, rules, mapSalt } = this;
    if (document.item === null || mapSalt === null) {
      const isAsked = question.item !== undefined || question.groups !== undefined;
      if (document.item === null && isAsked && rules.itemAsked)
        yield failure(
          'map',
          { code: 'proof.other-item', detail: `The proof is not about ${question.item ?? 'an item'}.`, pointer: '/item' },
          { verdict: 'incomplete' },
        );
      return null;
    }
    const { kept } = this.trust;
    const { size } = this.head as CheckedHead;
    const listed = yield* verifyItem(document.item, { seal, size, mapSalt, question, kept: kept?.trees ?? [], rules });
    this.trees = listed?.trees ?? [];
    return listed;
  }
}

/** Code and words where there is no path between two heads. */
const noPath = (why: 'missing' | null, whether: string): [code: string, says: string, more?: { readonly verdict: 'incomplete' }] =>
  why === null
    ? ['proof.consistency-unknown', `Nobody was asked whether ${whether}.`]
    : [
        'proof.consistency-missing',
        `The log was asked to show that ${whether}, and gave no path that shows it.`,
        { verdict: 'incomplete' },
      ];

/** Names of the witnesses that make the item map again. */
const auditingOf = ({ cosignatures }: OpenedCheckpoint): string[] =>
  cosignatures.filter(({ key }) => key.name.endsWith(MAP_WITNESS_SUFFIX)).map(({ key }) => key.name);

/** With a second salt each item would have a second place in the map, where nothing stands. That one was kept says which it was, not that it is the only one. */
function saltStatement(isKept: boolean, auditing: readonly string[]): Statement {
  const says = `The salt of the map is ${isKept ? 'the one that was kept' : 'one that the log committed to in a genesis'}`;
  if (auditing.length > 0) return established('salt', `${says}; it has no second, says ${auditing.join(', ')}.`);
  return leftOpen('salt', 'proof.salt-word', `${says}; that it has no second is the word of its operator.`);
}

/** What answers for nothing having been left out when the lists were made, and what came to be seen since. */
function* standsBehind(opened: OpenedCheckpoint): Generator<Statement> {
  const auditing = auditingOf(opened);
  if (auditing.length > 0)
    yield established(
      'completeness',
      `The item map was made again from its keys by ${auditing.join(', ')}: an entry taken out of a list after it was sealed would have been noticed.`,
    );
  // A witness holds no content: it is shown no link that was never made.
  yield leftOpen(
    'completeness',
    'proof.operator-word',
    'That no entry was left out of the lists when it was sealed is the word of the operator; sealed receipts of submitters, or a full audit, would show it.',
  );
  // What was sealed for a group stays its list, whoever is shown what now; and whether a marking was approved stands in no list at all.
  yield leftOpen(
    'completeness',
    'proof.opened-later',
    'What a marking opened to a reader group later is in no list of that group, and nor is the approval without which it opens nothing: it is not looked for here, and each such event has a proof of its own.',
  );
}

function subjectOf(
  { item, events, notices, seal }: ProofDocument,
  listed: ListedEntries | null,
  covers: bigint,
  { groups, stretch, event }: Question,
): ReportSubject {
  const indexes = listed?.groups.flatMap(({ entries }) => entries.map(({ index }) => index));
  return {
    item: item?.item ?? null,
    groups: item?.groups.map(({ group }) => group) ?? [],
    shown: events.length + notices.length,
    partly: events.filter(isInPart).length,
    covers: covers < seal.index ? covers : null,
    listed: indexes === undefined ? null : new Set(indexes).size,
    withheld: 0,
    since: null,
    groupsAsked: groups !== undefined,
    isPart: stretch !== undefined || event !== undefined,
  };
}

const earlier = (least: bigint | null, { since }: Withheld): bigint => (least === null || since < least ? since : least);

const plural = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`;
