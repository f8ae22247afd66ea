import type { Instant } from '../time.ts';
import type { EvidenceAct } from './act.ts';
import { CHAIN_RULES, foldCustody, type ChainRules, type CustodyChain, type LoggedAct } from './custody-chain.ts';

const HASH = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

/** Acts one after the other, each a line: agency, id, what it says. */
type Line = readonly [string, string, Partial<EvidenceAct> & Pick<EvidenceAct, 'act'>, boolean?];
const logged = (...lines: readonly Line[]): LoggedAct[] =>
  lines.map(([agency, id, act, isWithdrawn = false], n) => ({
    agency,
    id,
    principal: 'eva',
    logIndex: 10 + n,
    captured: (1_000 + n) as Instant,
    act: { sha256: HASH, after: HASH, purpose: 'case 7', ...act },
    isWithdrawn,
  }));
const of = (agency: string, id: string) => ({ of: { agency, id } });

/** The chain, with one rule off. */
type Told = (acts: readonly LoggedAct[], off?: keyof ChainRules) => CustodyChain;
const told: Told = (acts, off) => foldCustody(HASH, acts, off === undefined ? CHAIN_RULES : { ...CHAIN_RULES, [off]: false });
const holdersOf = ({ holders }: CustodyChain): string[] => holders.map(({ agency }) => agency);
const flagsOf = ({ steps }: CustodyChain): string[] => steps.map(({ id, flags }) => [id, ...flags].join(' '));

const received = ['customs', 'in', { act: 'received' }] as const;
const offered = ['customs', 'offer', { act: 'transferred', step: 'offered', to: 'police', before: HASH }] as const;

describe('a chain of custody', () => {
  it('says who has it since when, in the order of the log', () => {
    const chain = told(
      logged(received, ['customs', 'again', { act: 'accessed', before: HASH }], ['port', 'copy', { act: 'copied', before: HASH }]),
    );
    expect(chain.holders).toEqual([
      { agency: 'customs', since: 1_000, by: { agency: 'customs', id: 'in' } },
      { agency: 'port', since: 1_002, by: { agency: 'port', id: 'copy' } },
    ]);
    expect(chain.custodian).toMatchObject({ agency: 'customs', since: 1_000 });
    expect([chain.mismatches, chain.steps.every(({ counts }) => counts)]).toEqual([0, true]);
    expect(told([])).toMatchObject({ steps: [], holders: [], custodian: undefined });
  });

  it('tells offered, provided, accepted and rejected apart, and only the receiver makes it a transfer', () => {
    const after = (...more: readonly Line[]) => {
      const chain = told(logged(received, offered, ...more));
      return [chain.transfers[0]?.state, chain.custodian?.agency];
    };
    const provided = ['customs', 'sent', { act: 'transferred', step: 'provided', ...of('customs', 'offer') }] as const;
    const accepted = ['police', 'yes', { act: 'transferred', step: 'accepted', before: HASH, ...of('customs', 'offer') }] as const;
    const rejected = ['police', 'no', { act: 'transferred', step: 'rejected', ...of('customs', 'offer') }] as const;
    expect(after()).toEqual(['offered', 'customs']);
    expect(after(provided)).toEqual(['provided', 'customs']);
    expect(after(provided, accepted)).toEqual(['accepted', 'police']);
    expect(after(accepted)).toEqual(['accepted', 'police']);
    expect(after(rejected)).toEqual(['rejected', 'customs']);
    expect(told(logged(received, offered, accepted)).transfers).toEqual([
      { offer: { agency: 'customs', id: 'offer' }, from: 'customs', to: 'police', state: 'accepted', by: { agency: 'police', id: 'yes' } },
    ]);
  });

  it('has transfers that begin with what was provided', () => {
    const acts = logged(
      received,
      ['customs', 'sent', { act: 'transferred', step: 'provided', to: 'police' }],
      ['police', 'yes', { act: 'transferred', step: 'accepted', ...of('customs', 'sent') }],
    );
    expect(told(acts)).toMatchObject({ transfers: [{ state: 'accepted' }], custodian: { agency: 'police' } });
  });

  it('leaves what does not count where it stands, and says why', () => {
    const acts = logged(
      received,
      ['port', 'bad', { act: 'received', after: OTHER }],
      ['port', 'answer', { act: 'transferred', step: 'accepted', ...of('customs', 'offer') }],
      offered,
      ['port', 'thief', { act: 'transferred', step: 'accepted', ...of('customs', 'offer') }],
    );
    expect(flagsOf(told(acts))).toEqual(['in', 'bad hash-mismatch', 'answer never-provided', 'offer', 'thief not-by-receiver']);
    expect(told(acts)).toMatchObject({ mismatches: 1, custodian: { agency: 'customs' } });
  });

  it('does not take a redaction for a mismatch, unless it was of other bytes', () => {
    const redacted = (before: string) => told(logged(received, ['customs', 'less', { act: 'redacted', before, after: OTHER }])).mismatches;
    expect([redacted(HASH), redacted(OTHER)]).toEqual([0, 1]);
  });

  it('shows a legal hold until its holder releases it', () => {
    const held = ['court', 'hold', { act: 'held', authority: 'order 12/3' }] as const;
    const release = (agency: string, ref = 'hold') =>
      [agency, 'free', { act: 'released', authority: 'order 12/4', ...of('court', ref) }] as const;
    expect(told(logged(received, held)).holds).toEqual([
      { agency: 'court', authority: 'order 12/3', since: 1_001, by: { agency: 'court', id: 'hold' } },
    ]);
    expect(told(logged(received, held, release('court'))).holds).toEqual([]);
    expect(flagsOf(told(logged(received, held, release('court', 'other'))))).toContain('free never-held');
    expect(told(logged(received, held, release('customs'))).holds).toHaveLength(1);
  });

  const accepted = ['police', 'yes', { act: 'transferred', step: 'accepted', ...of('customs', 'offer') }] as const;
  const CONTROLS: readonly (readonly [keyof ChainRules, LoggedAct[], (chain: CustodyChain) => unknown])[] = [
    ['hashesAreCompared', logged(received, ['port', 'bad', { act: 'received', after: OTHER }]), holdersOf],
    ['withdrawnDoesNotCount', logged(received, ['port', 'wrong', { act: 'received' }, true]), holdersOf],
    ['receiverAloneAnswers', logged(received, offered, ['port', 'thief', { ...accepted[2] }]), ({ custodian }) => custodian?.agency],
    [
      'giverAloneProvides',
      logged(received, offered, ['port', 'sent', { act: 'transferred', step: 'provided', ...of('customs', 'offer') }]),
      ({ transfers }) => transfers[0]?.state,
    ],
    ['answersNeedAnOffer', logged(received, accepted), ({ custodian }) => custodian?.agency],
    [
      'oneAnswer',
      logged(received, offered, ['police', 'no', { act: 'transferred', step: 'rejected', ...of('customs', 'offer') }], accepted),
      ({ transfers }) => transfers[0]?.state,
    ],
    [
      'holderAloneReleases',
      logged(
        ['court', 'hold', { act: 'held', authority: 'x' }],
        ['port', 'free', { act: 'released', authority: 'y', ...of('court', 'hold') }],
      ),
      ({ holds }) => holds.length,
    ],
  ];

  it.each(CONTROLS)('control: without %s it says something else', (rule, acts, said) => {
    expect(said(told(acts, rule))).not.toEqual(said(told(acts)));
  });

  it('has a control for each of its rules', () => {
    expect(CONTROLS.map(([rule]) => rule).sort()).toEqual(Object.keys(CHAIN_RULES).sort());
  });
});
