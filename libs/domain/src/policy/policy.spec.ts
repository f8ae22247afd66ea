/** Claims about the fold of policy acts; each reason has its control: with that reason switched off, the act takes effect. */
import fc from 'fast-check';
import {
  ACTOR_ROLES,
  BREAK_GLASS_MICROS_MAX,
  communitiesOf,
  foldPolicy,
  groupsOfActor,
  hasAgency,
  hasLogin,
  openBreakGlass,
  ANONYMOUS,
  parsePolicyAct,
  Policy,
  POLICY_REASONS,
  principalAt,
  ROOT_ACTOR,
  rolesAt,
  submitterKeyStanding,
  submitterKeysAt,
  type Actor,
  type ActorRole,
  type PlacedAct,
  type PolicyAct,
  type PolicyActText,
  type PolicyReason,
  type PrincipalRecord,
} from '../index.ts';

const HASH = 'a'.repeat(64);
const KEY = 'k0000001';
type Said = readonly [author: string, act: PolicyAct, captured?: number];

/** One act an entry, ten indexes apart, captured at its index. */
const placed = (said: readonly Said[]): PlacedAct[] =>
  said.map(([author, act, captured], at) => {
    const [agency = '', principal = ''] = author.split('/');
    return { logIndex: 10 * (at + 1), agency, principal, captured: captured ?? 10 * (at + 1), act };
  });
const fold = (...said: readonly Said[]): Policy => foldPolicy(placed(said));

const ROOT = 'local/operator';
const agency = (name: string): Said => [ROOT, { act: 'agency.add', agency: name }];
const admin = (name: string): Said => [
  ROOT,
  { act: 'principal.add', agency: name, principal: 'chief', type: 'person', roles: ['admin', 'investigator'] },
];
const keyOf = (name: string, more: Partial<Extract<PolicyAct, { act: 'key.add' }>> = {}): PolicyAct => ({
  act: 'key.add',
  agency: name,
  principal: 'chief',
  key: KEY,
  sha256: HASH,
  scopes: ['admin'],
  ...more,
});
/** An agency with an admin who can act. */
const able = (name: string): Said[] => [agency(name), admin(name), [ROOT, keyOf(name)]];
const person = (principal: string, of = 'acme'): PolicyAct => ({
  act: 'principal.add',
  agency: of,
  principal,
  type: 'person',
  roles: ['contributor'],
});

const LOGIN = { issuer: 'https://login.example/', subject: '1' };

/** The last of these has no effect, for this reason, and without the reason it has. */
const controlled = new Set<PolicyReason>();
function refused(reason: PolicyReason, claim: string, ...said: readonly Said[]): void {
  controlled.add(reason);
  test(`${claim} [${reason}]`, () => {
    const acts = placed(said);
    const index = acts.at(-1)?.logIndex;
    expect(foldPolicy(acts).flagged).toEqual([{ ...acts.at(-1), reason }]);
    const without = foldPolicy(acts, { reasons: new Set(POLICY_REASONS.filter((each) => each !== reason)), acceptsVkey });
    expect(without.flagged.filter(({ logIndex }) => logIndex === index).map((each) => each.reason)).not.toContain(reason);
  });
}
const acceptsVkey = (): boolean => true;

describe('an act without effect', () => {
  const suspended: Said = [ROOT, { act: 'agency.suspend', agency: 'acme' }];
  const revoked: Said = ['acme/chief', { act: 'principal.revoke', agency: 'acme', principal: 'chief' }];
  refused('author-suspended', 'of an agency that is suspended', ...able('acme'), suspended, ['acme/chief', person('eva')]);
  refused('author-absent', 'of a principal that nobody added', ...able('acme'), ['acme/eva', person('max')]);
  refused('author-absent', 'of an agency that nobody added', ['acme/eva', person('max')]);
  refused('author-absent', 'of a principal that was revoked', ...able('acme'), revoked, ['acme/chief', person('eva')]);
  refused('not-admin', 'of a contributor', ...able('acme'), ['acme/chief', person('eva')], ['acme/eva', person('max')]);
  refused('not-the-operating-agency', 'about agencies, by an admin of another one', ...able('acme'), [
    'acme/chief',
    { act: 'agency.add', agency: 'bolt' },
  ]);
  refused('not-the-own-agency', 'about another agency', ...able('acme'), ...able('bolt'), ['acme/chief', person('eva', 'bolt')]);
  refused('not-the-own-agency', 'of the operating agency, about one that has an admin', ...able('acme'), [ROOT, person('eva')]);
  refused('root', 'that would take the last way in', [ROOT, { act: 'principal.revoke', agency: 'local', principal: 'operator' }]);
  refused('root', 'that would suspend the operating agency', [ROOT, { act: 'agency.suspend', agency: 'local' }]);
  refused('absent', 'about an agency that is not there', [ROOT, person('eva')]);
  refused(
    'absent',
    'about a key that is revoked',
    ...able('acme'),
    ['acme/chief', { act: 'key.revoke', agency: 'acme', key: KEY }],
    [ROOT, { act: 'key.revoke', agency: 'local', key: KEY }],
  );
  refused('exists', 'that adds an agency again', agency('acme'), agency('acme'));
  refused(
    'exists',
    'that gives the name of a revoked principal to another',
    ...able('acme'),
    ['acme/chief', person('eva')],
    ['acme/chief', { act: 'principal.revoke', agency: 'acme', principal: 'eva' }],
    ['acme/chief', person('eva')],
  );
  refused(
    'exists',
    'that links an account which is another principal’s of the agency',
    ...able('acme'),
    ['acme/chief', { ...person('eva'), login: LOGIN } as PolicyAct],
    ['acme/chief', { act: 'principal.link', agency: 'acme', principal: 'chief', login: LOGIN }],
  );
  refused(
    'exists',
    'that adds a principal by an account which is another one’s of the agency',
    ...able('acme'),
    ['acme/chief', { ...person('eva'), login: LOGIN } as PolicyAct],
    ['acme/chief', { ...person('max'), login: LOGIN } as PolicyAct],
  );
  refused('absent', 'that takes away an account which is not the principal’s', ...able('acme'), [
    'acme/chief',
    { act: 'principal.unlink', agency: 'acme', principal: 'chief', login: LOGIN },
  ]);
  refused('beyond-roles', 'that gives a key more than its principal has', agency('acme'), admin('acme'), [
    ROOT,
    keyOf('acme', { scopes: ['auditor'] }),
  ]);
  refused('until', 'that opens for longer than a day', [
    ROOT,
    { act: 'break-glass.open', reason: 'fire', until: 11 + BREAK_GLASS_MICROS_MAX },
  ]);
  refused('until', 'that opens until a time that is over', [ROOT, { act: 'break-glass.open', reason: 'fire', until: 10 }]);
  refused('until', 'that adds a key that has expired', agency('acme'), admin('acme'), [ROOT, keyOf('acme', { expires: 30 })]);

  test('names a verifier key that may not be one [unfit-key]', () => {
    controlled.add('unfit-key');
    const acts = placed([[ROOT, { act: 'submitter-key.add', agency: 'local', vkey: 'weak' }]]);
    expect(foldPolicy(acts, { acceptsVkey: () => false }).flagged).toMatchObject([{ reason: 'unfit-key' }]);
    expect(foldPolicy(acts, { acceptsVkey }).flagged).toEqual([]);
  });

  afterAll(() => expect([...controlled].sort()).toEqual([...POLICY_REASONS].sort()));
});

describe('policy', () => {
  it('begins with the operating agency and its root principal, who has every role', () => {
    expect(rolesAt(fold(), 'local', 'operator')).toEqual(ACTOR_ROLES);
    expect(fold().flagged).toEqual([]);
  });

  it('lets the operating agency add the first principals of an agency, until that has an admin with a key', () => {
    const policy = fold(...able('acme'), [ROOT, person('late')], ['acme/chief', person('eva')]);
    expect(policy.flagged.map(({ logIndex, reason }) => [logIndex, reason])).toEqual([[40, 'not-the-own-agency']]);
    expect(rolesAt(policy, 'acme', 'eva')).toEqual(['contributor']);
  });

  it('lets it help again once that key is over: revoked, or expired at the moment of the act', () => {
    const revoke: Said = ['acme/chief', { act: 'key.revoke', agency: 'acme', key: KEY }];
    const again: PolicyAct = keyOf('acme', { key: 'k0000002' });
    expect(fold(...able('acme'), revoke, [ROOT, again]).flagged).toEqual([]);
    const expiring: Said[] = [agency('acme'), admin('acme'), [ROOT, keyOf('acme', { expires: 1_000 })]];
    expect(fold(...expiring, [ROOT, again, 999]).flagged).toHaveLength(1);
    expect(fold(...expiring, [ROOT, again, 1_000]).flagged).toEqual([]);
  });

  it('judges a revocation by its place in the log: entries before it stay valid', () => {
    const policy = fold(
      ...able('acme'),
      ['acme/chief', person('eva')],
      ['acme/chief', { act: 'principal.revoke', agency: 'acme', principal: 'eva' }],
    );
    const there = (index: number): boolean => principalAt(policy, 'acme', 'eva', index) !== undefined;
    expect([40, 41, 50, 51].map(there)).toEqual([false, true, true, false]);
    expect(rolesAt(policy, 'acme', 'eva')).toEqual([]);
  });

  it('knows the roles of a principal at every position', () => {
    const policy = fold(
      ...able('acme'),
      ['acme/chief', person('eva')],
      ['acme/chief', { act: 'principal.roles', agency: 'acme', principal: 'eva', roles: ['auditor', 'contributor'] }],
    );
    expect([45, 55].map((index) => rolesAt(policy, 'acme', 'eva', index))).toEqual([['contributor'], ['contributor', 'auditor']]);
  });

  it('knows who is in a community, and since when', () => {
    const join: Said = [ROOT, { act: 'community.join', community: 'cars', agency: 'acme' }];
    const leave: Said = [ROOT, { act: 'community.leave', community: 'cars', agency: 'acme' }];
    const policy = fold(agency('acme'), [ROOT, { act: 'community.add', community: 'cars' }], join, leave, join);
    expect([30, 31, 40, 41, 51].map((index) => communitiesOf(policy, 'acme', index).length)).toEqual([0, 1, 1, 0, 1]);
  });

  it('admits an agency anew, whose time outside stays what it was', () => {
    const policy = fold(agency('acme'), [ROOT, { act: 'agency.suspend', agency: 'acme' }], agency('acme'));
    expect([10, 11, 20, 21, 31].map((index) => hasAgency(policy, 'acme', index))).toEqual([false, true, true, false, true]);
  });

  it('holds a submitter key against the position of what it signed', () => {
    const policy = fold(
      [ROOT, { act: 'submitter-key.add', agency: 'local', vkey: 'v' }],
      [ROOT, { act: 'submitter-key.revoke', agency: 'local', vkey: 'v' }],
    );
    expect([10, 11, 20, 21].map((index) => submitterKeysAt(policy, 'local', index))).toEqual([[], ['v'], ['v'], []]);
    expect([10, 11, 20, 21].map((index) => submitterKeyStanding(policy, 'local', 'v', index))).toEqual([
      'unknown-key',
      'valid',
      'valid',
      'revoked',
    ]);
    // Of another agency it is none, whatever it signs.
    expect(submitterKeyStanding(policy, 'acme', 'v', 15)).toBe('unknown-key');
  });

  it('opens a glass for one principal until its time or its closing', () => {
    const open: Said = [ROOT, { act: 'break-glass.open', reason: 'fire', until: 1_000 }];
    const close: Said = [ROOT, { act: 'break-glass.close', agency: 'local', principal: 'operator' }];
    const at = (policy: Policy, moment: number): boolean => openBreakGlass(policy, ROOT_ACTOR, moment) !== undefined;
    expect([at(fold(open), 999), at(fold(open), 1_000), at(fold(open, close), 999)]).toEqual([true, false, false]);
    expect(openBreakGlass(fold(open), { ...ROOT_ACTOR, principal: 'other' }, 999)).toBeUndefined();
    expect(openBreakGlass(fold(open), { ...ROOT_ACTOR, agency: 'acme' }, 999)).toBeUndefined();
  });

  it('opens a glass for the key or session that it was declared by, and for no other of the same principal', () => {
    const of = (key?: string): Policy =>
      fold([ROOT, { act: 'break-glass.open', reason: 'fire', until: 1_000, ...(key === undefined ? {} : { key }) }]);
    const opens = (policy: Policy, who: Partial<Actor>): boolean => openBreakGlass(policy, { ...ROOT_ACTOR, ...who }, 999) !== undefined;
    const one: Partial<Actor> = { via: 'key', key: 'onekey01' };
    const other: Partial<Actor> = { via: 'key', key: 'another1' };
    const session: Partial<Actor> = { via: 'session', session: 'session1' };
    expect([one, other, session, {}].map((who) => opens(of('onekey01'), who))).toEqual([true, false, false, false]);
    expect([one, other, session, {}].map((who) => opens(of('session1'), who))).toEqual([false, false, true, false]);
    expect([one, other, session, {}].map((who) => opens(of(), who))).toEqual([false, false, false, true]);
  });

  it('opens a glass for no key whose scopes leave it out, whoever its principal is', () => {
    const open: Said = [ROOT, { act: 'break-glass.open', reason: 'fire', until: 1_000, key: 'onekey01' }];
    const opens = (...roles: ActorRole[]): boolean =>
      openBreakGlass(fold(open), { ...ROOT_ACTOR, via: 'key', key: 'onekey01', roles }, 999) !== undefined;
    expect(opens('contributor', 'auditor', 'partner', 'operator')).toBe(false);
    expect([opens('investigator'), opens('contributor', 'admin')]).toEqual([true, true]);
  });

  it("finds keys of one id, each its own agency's", () => {
    const policy = fold(...able('acme'), ...able('bolt'));
    expect(policy.keysOfId(KEY).map((key) => key.agency)).toEqual(['acme', 'bolt']);
    expect(policy.keysOfId('unknown1')).toEqual([]);
  });

  it('knows whose an account is, and since when: of one principal in an agency, and of another agency’s beside', () => {
    const link = (of: string, act: 'principal.link' | 'principal.unlink' = 'principal.link'): Said => [
      `${of}/chief`,
      { act, agency: of, principal: 'chief', login: LOGIN },
    ];
    const both = [...able('acme'), ...able('bolt'), link('acme'), link('bolt')];
    const ownersOf = (policy: Policy): string[] =>
      policy
        .principalsOfLogin(LOGIN)
        .filter((record) => hasLogin(record, LOGIN))
        .map(({ agency: of }) => of);
    expect([fold(...both).flagged, ownersOf(fold(...both))]).toEqual([[], ['acme', 'bolt']]);
    const again = fold(...both, link('acme', 'principal.unlink'), link('acme'));
    expect([again.flagged, ownersOf(again)]).toEqual([[], ['acme', 'bolt']]);
    const record = again.principals.get('acme/chief') as PrincipalRecord;
    expect([70, 71, 90, 91, 101].map((index) => hasLogin(record, LOGIN, index))).toEqual([false, true, true, false, true]);
    expect(ownersOf(fold(...both, link('bolt', 'principal.unlink')))).toEqual(['acme']);
    // Who had it first stays first, whatever became of that.
    const gone = fold(...both, link('acme', 'principal.unlink'), link('acme'));
    expect(gone.principalsOfLogin(LOGIN).map(({ agency: of }) => of)).toEqual(['acme', 'bolt']);
    expect(fold().principalsOfLogin(LOGIN)).toEqual([]);
  });

  it('knows an account by its issuer and its subject, each whole', () => {
    const others = [
      { issuer: 'https://other.example/', subject: LOGIN.subject },
      { issuer: LOGIN.issuer, subject: '2' },
      // The same text, parted elsewhere.
      { issuer: LOGIN.issuer.slice(0, -1), subject: `/${LOGIN.subject}` },
      { issuer: `${LOGIN.issuer}${LOGIN.subject}`, subject: '' },
    ];
    const names = others.map((_, n) => `other-${n}`);
    const policy = fold(
      ...able('acme'),
      ['acme/chief', { act: 'principal.link', agency: 'acme', principal: 'chief', login: LOGIN }],
      ...others.map((login, n): Said => ['acme/chief', { ...person(`other-${n}`), login } as PolicyAct]),
    );
    expect(policy.flagged).toEqual([]);
    expect([LOGIN, ...others].map((login) => policy.principalsOfLogin(login).map(({ principal }) => principal))).toEqual(
      ['chief', ...names].map((name) => [name]),
    );
    const chief = policy.principals.get('acme/chief') as PrincipalRecord;
    expect([LOGIN, ...others].map((login) => hasLogin(chief, login))).toEqual([true, ...others.map(() => false)]);
  });

  it('has an able admin where one logs in elsewhere, and none any more without that account', () => {
    const login: Said = [ROOT, { ...admin('acme')[1], login: LOGIN } as PolicyAct];
    const gone: Said = ['acme/chief', { act: 'principal.unlink', agency: 'acme', principal: 'chief', login: LOGIN }];
    expect(fold(agency('acme'), login, [ROOT, person('eva')]).flagged.map(({ reason }) => reason)).toEqual(['not-the-own-agency']);
    expect(fold(agency('acme'), login, gone, [ROOT, person('eva')]).flagged).toEqual([]);
  });

  it('is the same, whether a prefix is folded alone or continued', () => {
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 40 }), fc.nat(40), (said, cut) => {
        const acts = placed(said);
        const whole = new Policy();
        for (const each of acts.slice(0, cut)) whole.apply(each);
        const before = shown(whole);
        expect(before).toEqual(shown(foldPolicy(acts.slice(0, cut))));
        for (const each of acts.slice(cut)) whole.apply(each);
        expect(shown(whole)).toEqual(shown(foldPolicy([...acts].reverse())));
        // What was so at a position stays so, whatever comes behind it.
        const position = 10 * cut + 1;
        const alone = foldPolicy(acts.slice(0, cut));
        for (const name of NAMES)
          for (const who of ['operator', 'chief', 'eva'])
            expect(rolesAt(whole, name, who, position)).toEqual(rolesAt(alone, name, who, position));
      }),
      { numRuns: 300 },
    );
  });

  it('never takes an act out of turn', () => {
    const policy = fold(agency('acme'));
    expect(() => policy.apply({ ...(placed([agency('bolt')])[0] as PlacedAct), logIndex: 10 })).toThrow(RangeError);
  });
});

const NAMES = ['local', 'acme', 'bolt'] as const;
const anyName = fc.constantFrom(...NAMES);
const anyOne = fc.constantFrom('operator', 'chief', 'eva');
const anyRoles = fc.uniqueArray(fc.constantFrom(...ACTOR_ROLES), { minLength: 1, maxLength: 3 });
const anyAct: fc.Arbitrary<Said> = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant(ROOT) },
    { weight: 2, arbitrary: fc.constant('acme/chief') },
    { arbitrary: fc.constant('bolt/eva'), weight: 1 },
  ),
  fc.oneof(
    fc.record({ act: fc.constantFrom('agency.add' as const, 'agency.suspend' as const), agency: anyName }),
    fc.record({ act: fc.constant('community.add' as const), community: fc.constantFrom('cars', 'arms') }),
    fc.record({
      act: fc.constantFrom('community.join' as const, 'community.leave' as const),
      community: fc.constantFrom('cars', 'arms'),
      agency: anyName,
    }),
    fc.record({
      act: fc.constant('principal.add' as const),
      agency: anyName,
      principal: anyOne,
      type: fc.constant('person' as const),
      roles: anyRoles,
    }),
    fc.record({ act: fc.constant('principal.roles' as const), agency: anyName, principal: anyOne, roles: anyRoles }),
    fc.record({ act: fc.constant('principal.revoke' as const), agency: anyName, principal: anyOne }),
    fc.record({
      act: fc.constantFrom('principal.link' as const, 'principal.unlink' as const),
      agency: anyName,
      principal: anyOne,
      login: fc.constant(LOGIN),
    }),
    fc.record({
      act: fc.constant('key.add' as const),
      agency: anyName,
      principal: anyOne,
      key: fc.constantFrom(KEY, 'k0000002'),
      sha256: fc.constant(HASH),
      scopes: anyRoles,
    }),
    fc.record({ act: fc.constant('key.revoke' as const), agency: anyName, key: fc.constantFrom(KEY, 'k0000002') }),
    fc.record({ act: fc.constant('break-glass.open' as const), reason: fc.constant('fire'), until: fc.nat(1_000) }),
    fc.record({ act: fc.constant('break-glass.close' as const), agency: anyName, principal: anyOne }),
  ),
);
const shown = ({ agencies, communities, principals, keys, submitterKeys, breakGlass, flagged, last }: Policy): unknown =>
  structuredClone({ agencies, communities, principals, keys, submitterKeys, breakGlass, flagged, last });

describe('the text of an act', () => {
  const of = (more: Partial<PolicyActText>): PolicyActText => ({
    act: 'key.add',
    agency: 'acme',
    principal: 'eva',
    key: KEY,
    sha256: HASH,
    scopes: ['contributor'],
    ...more,
  });

  it('is read with its times and ranges', () => {
    expect(parsePolicyAct(of({ expires: '1970-01-01T00:00:01Z', addresses: ['10.0.0.0/8'] }))).toEqual({
      ok: true,
      value: { ...of({}), expires: 1_000_000, addresses: [{ family: 4, value: 0x0a000000n, bits: 8 }] },
    });
  });

  it.each<[string, Partial<PolicyActText>, string]>([
    ['policy.name', { agency: 'Acme' }, '/agency'],
    ['policy.name', { principal: 'a/b' }, '/principal'],
    ['policy.name', { key: 'SHORT' }, '/key'],
    ['policy.name', { sha256: 'A'.repeat(64) }, '/sha256'],
    ['policy.name', { community: 'a b' }, '/community'],
    ['policy.roles', { scopes: [] }, '/scopes'],
    ['policy.roles', { scopes: ['admin', 'admin'] }, '/scopes/1'],
    ['policy.address', { addresses: ['10.0.0.0/8', '10.0.0.1/8'] }, '/addresses/1'],
    ['time.no-offset', { expires: '2026-01-01T00:00:00' }, '/expires'],
    ['time.invalid', { until: 'tomorrow' }, '/until'],
  ])('is refused: %s for %p at %s', (code, more, pointer) => {
    expect(parsePolicyAct(of(more))).toMatchObject({ ok: false, code, pointer });
  });
});

describe('reader groups of an actor', () => {
  it('are clear alone for nobody, and with green his communities and his agency for everyone known', () => {
    expect(groupsOfActor(ANONYMOUS)).toEqual(['clear']);
    const actor = { agency: 'acme', principal: 'eva', roles: [], communities: ['cars'], key: null, via: 'key' } as const;
    expect(groupsOfActor(actor)).toEqual(['agency:acme', 'clear', 'community:cars', 'green']);
  });
});
