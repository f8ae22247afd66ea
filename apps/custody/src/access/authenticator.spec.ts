/** Who a request comes from: claims about keys, each with the key that does hold beside it. */
import { ANONYMOUS, parseAddressRange, Policy, ROOT_ACTOR, type Actor, type KeyRecord, type PolicyAct } from '#lib/domain';
import { type DomainError, refuseRoute } from '#lib/runtime';
import type { SessionRow } from '#lib/store';
import { apiKeyId, matchingKey, newApiKey } from './api-key.ts';
import { authenticate, httpAccess, type AuthenticatorOptions } from './authenticator.ts';

const own = newApiKey();
const NOW = 1_000;
const range = (text: string) => {
  const read = parseAddressRange(text);
  if (!read.ok) throw new Error(read.detail);
  return read.value;
};

/** Acme with its chief, who has a key; more acts behind. */
function acme(key: { id: string; sha256: string }, ...more: readonly PolicyAct[]): Policy {
  const policy = new Policy();
  const acts: PolicyAct[] = [
    { act: 'agency.add', agency: 'acme' },
    { act: 'principal.add', agency: 'acme', principal: 'chief', type: 'person', roles: ['admin', 'auditor'] },
    { act: 'community.add', community: 'cars' },
    { act: 'community.join', community: 'cars', agency: 'acme' },
    {
      act: 'key.add',
      agency: 'acme',
      principal: 'chief',
      key: key.id,
      sha256: key.sha256,
      scopes: ['auditor'],
      expires: (NOW + 1) * 1_000,
      addresses: [range('10.0.0.0/8')],
    },
    ...more,
  ];
  acts.forEach((act, logIndex) => {
    const isOwn = more.includes(act) && act.act !== 'agency.suspend';
    const author = isOwn ? { agency: 'acme', principal: 'chief' } : { agency: 'local', principal: 'operator' };
    const reason = policy.apply({ logIndex, ...author, captured: 0, act });
    if (reason !== undefined) throw new Error(`${act.act}: ${reason}`);
  });
  return policy;
}

const NOTHING_ELSE = {
  access: 'open',
  own,
  now: () => NOW,
  tokenLogin: null,
  session: () => Promise.resolve(undefined),
} as const satisfies Partial<AuthenticatorOptions>;
const asked = (
  policy: Policy,
  authorization: string | undefined,
  more: Partial<AuthenticatorOptions> & { ip?: string; method?: string; headers?: Record<string, string> } = {},
): Promise<Actor> => {
  const { ip = '10.1.2.3', method = 'GET', headers = {}, ...options } = more;
  return authenticate(
    { headers: { host: '127.0.0.1:8080', ...headers, ...(authorization === undefined ? {} : { authorization }) }, ip, method },
    { ...NOTHING_ELSE, policy: () => Promise.resolve(policy), ...options },
  );
};
const codeOf = (answer: Promise<unknown>): Promise<string> =>
  answer.then(
    () => 'let in',
    (error: unknown) => (error as DomainError).code,
  );

describe('a caller', () => {
  const key = newApiKey();
  const bearer = `Bearer ${key.text}`;

  it('with a key is its principal, with the roles that both have, its communities and its agency', async () => {
    expect(await asked(acme(key), bearer)).toEqual({
      agency: 'acme',
      principal: 'chief',
      roles: ['auditor'],
      communities: ['cars'],
      key: key.id,
      via: 'key',
    });
  });

  it('is told by which code the key does not hold', async () => {
    const revoked: PolicyAct = { act: 'key.revoke', agency: 'acme', key: key.id };
    const chiefGone: PolicyAct = { act: 'principal.revoke', agency: 'acme', principal: 'chief' };
    const narrowed: PolicyAct = { act: 'principal.roles', agency: 'acme', principal: 'chief', roles: ['admin'] };
    expect(await codeOf(asked(acme(key, revoked), bearer))).toBe('auth.key-revoked');
    expect(await codeOf(asked(acme(key, chiefGone), bearer))).toBe('auth.key-revoked');
    expect(await codeOf(asked(acme(key, narrowed), bearer))).toBe('auth.key-revoked');
    expect(await codeOf(asked(acme(key, { act: 'agency.suspend', agency: 'acme' }), bearer))).toBe('auth.key-revoked');
    expect(await codeOf(asked(acme(key), bearer, { now: () => NOW + 1 }))).toBe('auth.key-expired');
    expect(await codeOf(asked(acme(key), bearer, { ip: '11.0.0.1' }))).toBe('auth.key-address');
    // Control: the same key holds.
    expect(await codeOf(asked(acme(key), bearer))).toBe('let in');
  });

  it('learns nothing of a key whose secret he does not have', async () => {
    const other = newApiKey();
    const guessed = `custody_${key.id}_${other.text.slice(-43)}`;
    const revoked = acme(key, { act: 'key.revoke', agency: 'acme', key: key.id });
    for (const policy of [acme(key), revoked])
      for (const text of [guessed, other.text, 'custody_short', key.text.slice(0, -1), `${key.text}A`])
        expect(await codeOf(asked(policy, `Bearer ${text}`))).toBe('auth.key-unknown');
    for (const text of [key.text, `Basic ${key.text}`, 'Bearer', '']) expect(await codeOf(asked(acme(key), text))).toBe('auth.key-unknown');
  });

  it('without credentials is the operator on this machine while access is open, and nobody in particular else', async () => {
    const policy = acme(key);
    expect(await asked(policy, undefined, { ip: '127.0.0.1' })).toBe(ROOT_ACTOR);
    expect(await asked(policy, undefined, { ip: '::ffff:127.0.0.1' })).toBe(ROOT_ACTOR);
    expect(await asked(policy, undefined, { ip: '10.1.2.3' })).toBe(ANONYMOUS);
    expect(await asked(policy, undefined, { ip: '127.0.0.1', access: 'required' })).toBe(ANONYMOUS);
  });

  it('without credentials reads what is TLP:CLEAR in demo mode, and nothing else', () => {
    const roles = (more: Partial<AuthenticatorOptions> = {}): unknown[] => {
      const never = (): Promise<never> => Promise.reject(new Error('not asked'));
      const { rolesOf } = httpAccess({ access: 'required', own, policy: never, tokenLogin: null, session: never, ...more });
      return ['GET /v1/events', 'GET /log/checkpoint', 'GET /livez', 'GET /v1/policy'].map((route) => rolesOf(route));
    };
    expect(roles({ readsAnonymously: true })).toEqual(['anyone', 'public', 'public', 'known']);
    expect(roles()).toEqual(['known', 'public', 'public', 'known']);
  });

  it('is not let in while the policy cannot be read', async () => {
    const lost = (): Promise<never> => Promise.reject(new Error('lost'));
    await expect(asked(acme(key), bearer, { policy: lost })).rejects.toThrow('lost');
    // The process itself is known all the same.
    expect(await asked(acme(key), `Bearer ${own.text}`, { policy: lost })).toBe(ROOT_ACTOR);
  });
});

describe('an account of the OpenID provider', () => {
  const key = newApiKey();
  const EVA = { issuer: 'https://login.example/', subject: '1' };
  const eva: PolicyAct = { act: 'principal.add', agency: 'acme', principal: 'eva', type: 'person', roles: ['investigator'], login: EVA };
  const tokenLogin = (): Promise<typeof EVA> => Promise.resolve(EVA);
  const withToken = (policy: Policy, agency?: string): Promise<Actor> =>
    asked(policy, 'Bearer eyJ.eyJ.sig', { tokenLogin, ...(agency === undefined ? {} : { headers: { 'custody-agency': agency } }) });

  it('is its principal, with that one’s roles', async () => {
    const found = { agency: 'acme', principal: 'eva', roles: ['investigator'], communities: ['cars'], key: null, via: 'oidc' };
    expect(await withToken(acme(key, eva))).toEqual(found);
    expect(await withToken(acme(key, eva), 'acme')).toEqual(found);
  });

  it('is told why it is nobody', async () => {
    expect(await codeOf(withToken(acme(key)))).toBe('auth.subject-unknown');
    expect(await codeOf(withToken(acme(key, eva), 'bolt'))).toBe('auth.subject-unknown');
    const unlinked: PolicyAct = { act: 'principal.unlink', agency: 'acme', principal: 'eva', login: EVA };
    expect(await codeOf(withToken(acme(key, eva, unlinked)))).toBe('auth.subject-revoked');
    const gone: PolicyAct = { act: 'principal.revoke', agency: 'acme', principal: 'eva' };
    expect(await codeOf(withToken(acme(key, eva, gone)))).toBe('auth.subject-revoked');
    expect(await codeOf(withToken(acme(key, eva, { act: 'agency.suspend', agency: 'acme' })))).toBe('auth.subject-revoked');
  });

  describe('that another agency links too', () => {
    /** As another one: its admin needs nobody's consent. */
    function linkedElsewhere(policy: Policy): Policy {
      const author = { agency: 'local', principal: 'operator', captured: 0 };
      const acts: PolicyAct[] = [
        { act: 'principal.add', agency: 'local', principal: 'e', type: 'person', roles: ['auditor'] },
        { act: 'principal.link', agency: 'local', principal: 'e', login: EVA },
      ];
      for (const act of acts) expect(policy.apply({ ...author, logIndex: policy.last + 1, act })).toBeUndefined();
      return policy;
    }
    const unlinked: PolicyAct = { act: 'principal.unlink', agency: 'acme', principal: 'eva', login: EVA };

    it('acts as before for the one that linked it first, and for the other where that is named', async () => {
      const policy = linkedElsewhere(acme(key, eva));
      expect(await withToken(policy)).toMatchObject({ agency: 'acme', principal: 'eva' });
      expect([(await withToken(policy, 'local')).principal, (await withToken(policy, 'acme')).principal]).toEqual(['e', 'eva']);
    });

    it.each<[string, PolicyAct]>([
      ['its principal is revoked', { act: 'principal.revoke', agency: 'acme', principal: 'eva' }],
      ['its agency is suspended', { act: 'agency.suspend', agency: 'acme' }],
      ['the link is taken away', unlinked],
    ])('never acts for the other by itself, also where %s', async (_, act) => {
      const policy = linkedElsewhere(acme(key, eva, act));
      expect(await codeOf(withToken(policy))).toBe('auth.subject-revoked');
      expect(await codeOf(withToken(policy, 'acme'))).toBe('auth.subject-revoked');
      expect((await withToken(policy, 'local')).principal).toBe('e');
    });

    it('is of the first agency again when that links it again, to whomever', async () => {
      const policy = linkedElsewhere(acme(key, eva, unlinked, { act: 'principal.link', agency: 'acme', principal: 'chief', login: EVA }));
      expect(await withToken(policy)).toMatchObject({ agency: 'acme', principal: 'chief' });
    });
  });

  it('counts for nothing where no provider is configured', async () => {
    expect(await codeOf(asked(acme(key, eva), 'Bearer eyJ.eyJ.sig'))).toBe('auth.key-unknown');
  });

  describe('in a session', () => {
    const text = newApiKey().text;
    const row = { id: 's', agency: 'acme', principal: 'eva', ...EVA, state: 'active', begun: '', seen: '', expires: '' } as const;
    const withCookie = (policy: Policy, more: Partial<SessionRow> | null = {}, method = 'GET', headers: Record<string, string> = {}) =>
      asked(policy, undefined, {
        method,
        headers: { cookie: `other=1; custody_session_8080=${text}`, ...headers },
        access: 'required',
        session: (given) => Promise.resolve(given === text && more !== null ? { ...row, ...more } : undefined),
      });

    it('is its principal', async () => {
      expect(await withCookie(acme(key, eva))).toMatchObject({ agency: 'acme', principal: 'eva', roles: ['investigator'], via: 'session' });
    });

    it('ends with the session, its principal, its agency and its account, each told', async () => {
      expect(await codeOf(withCookie(acme(key, eva), null))).toBe('auth.session-unknown');
      expect(await codeOf(withCookie(acme(key, eva), { state: 'expired' }))).toBe('auth.session-expired');
      expect(await codeOf(withCookie(acme(key, eva), { state: 'idle' }))).toBe('auth.session-expired');
      expect(await codeOf(withCookie(acme(key, eva), { state: 'ended' }))).toBe('auth.session-ended');
      const acts: PolicyAct[] = [
        { act: 'principal.revoke', agency: 'acme', principal: 'eva' },
        { act: 'principal.unlink', agency: 'acme', principal: 'eva', login: EVA },
        { act: 'agency.suspend', agency: 'acme' },
      ];
      for (const act of acts) expect(await codeOf(withCookie(acme(key, eva, act)))).toBe('auth.session-ended');
      // Control: by the link of the machine it rests on no account.
      expect(await codeOf(withCookie(acme(key, eva, acts[1] as PolicyAct), { issuer: null, subject: null }))).toBe('let in');
    });

    it('changes nothing where the browser does not say which page asks', async () => {
      const policy = acme(key, eva);
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) expect(await codeOf(withCookie(policy, {}, method))).toBe('origin.unknown');
      // Controls: a page of our own, which the head of the request was held against before, and what reads alone.
      expect(await codeOf(withCookie(policy, {}, 'POST', { origin: 'http://127.0.0.1:8080' }))).toBe('let in');
      expect(await codeOf(withCookie(policy, {}, 'POST', { 'sec-fetch-site': 'same-origin' }))).toBe('let in');
      expect(await codeOf(withCookie(policy))).toBe('let in');
    });

    it('is that of this port, and none where there are two', async () => {
      const other = { cookie: `custody_session_8081=${text}` };
      const two = { cookie: `custody_session_8080=${text}; custody_session_8080=${newApiKey().text}` };
      expect(await withCookie(acme(key, eva), {}, 'GET', other)).toBe(ANONYMOUS);
      expect(await withCookie(acme(key, eva), {}, 'GET', two)).toBe(ANONYMOUS);
    });
  });
});

describe('an API key', () => {
  it('has an id and 256 random bits, and is known by one hash', () => {
    const keys = Array.from({ length: 200 }, () => newApiKey());
    expect(new Set(keys.flatMap(({ id, text }) => [id, text])).size).toBe(400);
    for (const { id, text, sha256 } of keys) {
      expect(text).toMatch(/^custody_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
      expect([apiKeyId(text), sha256.length]).toEqual([id, 64]);
    }
  });

  it('is found among all that share its id', () => {
    const [one, other] = [newApiKey(), newApiKey()];
    const kept = [one, other].map(({ sha256 }) => ({ sha256 }) as KeyRecord);
    expect([matchingKey(other.text, kept), matchingKey(newApiKey().text, kept), matchingKey(one.text, [])]).toEqual([
      kept[1],
      undefined,
      undefined,
    ]);
  });
});

describe('a route', () => {
  const { rolesOf } = httpAccess({ ...NOTHING_ELSE, readsAnonymously: true, policy: () => Promise.resolve(new Policy()) });
  const actor = (...roles: Actor['roles']): Actor => ({ ...ROOT_ACTOR, roles, via: 'key' });
  const verdict = (who: Actor, route: string): string => refuseRoute(who, route.split(' ')[0] ?? '', rolesOf(route))?.code ?? 'let in';

  it('is for those of its roles, and says which it wants', () => {
    expect(verdict(actor('auditor'), 'POST /v1/events')).toBe('auth.forbidden');
    expect(verdict(actor('contributor'), 'POST /v1/events')).toBe('let in');
    expect(verdict(actor('contributor'), 'GET /v1/dead-letters')).toBe('auth.forbidden');
    expect(verdict(actor('operator'), 'GET /v1/dead-letters')).toBe('let in');
  });

  it('is read by nobody in particular where it is for anyone, and never written', () => {
    expect(verdict(ANONYMOUS, 'GET /v1/items/:id')).toBe('let in');
    expect(verdict(ANONYMOUS, 'GET /v1/receipts/:agency/:id')).toBe('auth.required');
    expect(verdict(ANONYMOUS, 'POST /v1/events')).toBe('auth.required');
  });

  it('that is not in the table is for nobody, whatever his roles', () => {
    expect(verdict(ROOT_ACTOR, 'GET /v1/new')).toBe('auth.forbidden');
  });
});
