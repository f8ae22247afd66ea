/**
 * The writer of alerts on ledgers in memory: known answers, and random histories of events, markings, memberships, watches and lost processes, whose
 * alerts have to be those of an oracle that looks at everything anew each time and knows nothing of how the writer goes.
 */
import fc from 'fast-check';
import type { SightingDocument } from '#lib/contracts';
import { type Handling, matchCondition, type Sighting, type WatchActText } from '#lib/domain';
import { ALERT_FAILPOINTS } from './ports.ts';
import { AGENCIES, AlertWorld, groupsOf, type Entry } from './alert-world.contract.ts';

const VIN = 'vin:WDDSYNTH9JA000001';
const OTHER = 'vin:WDDSYNTH9JA000002';
const seen = (handling: Handling, item = VIN, kind: 'observation' | 'transfer' = 'observation'): SightingDocument => ({
  kind,
  handling: handling as never,
  items: [{ id: item, role: 'subject' }],
  source: { kind: 'registry' },
});
const added = (item = VIN): WatchActText => ({ act: 'added', condition: { items: [item] } });
const told = (world: AlertWorld) =>
  world.alerts().map(({ agency, alert: { watch, index, n, state } }) => `${agency} ${watch} ${index} ${n} ${state}`);

describe('an alert', () => {
  let world: AlertWorld;
  beforeEach(() => {
    world = new AlertWorld();
  });

  it('is raised for whom may see what was sealed behind the watch, once, and for nobody else', async () => {
    world.add('acme', 'early', seen({ tlp: 'GREEN' }));
    world.watch('bolt', 'w', added());
    world.watch('delta', 'w', added());
    const amber = world.add('acme', 'a', seen({ tlp: 'AMBER', agencies: ['bolt'] }));
    world.add('acme', 'b', seen({ tlp: 'GREEN' }, OTHER));
    const strict = world.add('acme', 'c', seen({ tlp: 'AMBER' }));
    await world.settle();
    await world.settle();
    world.restart();
    await world.settle();
    expect(told(world)).toEqual([`bolt w ${amber} 0 raised`]);
    expect([strict, world.alerts()[0]?.handling, world.alerts()[0]?.alert.because]).toEqual([
      ...[strict, { tlp: 'AMBER+STRICT' }, [{ member: 'items', at: 0 }]],
    ]);
  });

  it('comes when a marking opens what was hidden, and is recalled when one closes it', async () => {
    world.watch('bolt', 'w', added());
    const index = world.add('acme', 'a', seen({ tlp: 'AMBER' }));
    await world.settle();
    expect(told(world)).toEqual([]);
    world.mark(index, { tlp: 'GREEN' });
    await world.settle();
    world.mark(index, { tlp: 'AMBER' });
    await world.settle();
    world.mark(index, { tlp: 'CLEAR' });
    await world.settle();
    expect(told(world)).toEqual([`bolt w ${index} 0 raised`, `bolt w ${index} 1 recalled`, `bolt w ${index} 2 raised`]);
    // Nobody is told twice where what is kept of the way is lost.
    world.cursors.clear();
    world.restart();
    await world.settle();
    expect([world.alerts().length, world.conflicts]).toEqual([3, 0]);
  });

  it('is for those whom both name, under the stricter label', async () => {
    world.watch('bolt', 'w', added(), { tlp: 'RED', principals: ['bob', 'ann'] }, 'ann');
    const index = world.add('acme', 'a', seen({ tlp: 'RED', agencies: ['bolt'], principals: ['bolt/bob', 'eva'] }));
    world.add('acme', 'b', seen({ tlp: 'RED', agencies: ['bolt'], principals: ['eva'] }));
    await world.settle();
    expect([told(world), world.alerts()[0]?.handling]).toEqual([[`bolt w ${index} 0 raised`], { tlp: 'RED', principals: ['bolt/bob'] }]);
  });

  it('is recalled from those who lose it, and raised for those who keep it, where fewer may see', async () => {
    world.watch('bolt', 'w', added());
    const index = world.add('bolt', 'a', seen({ tlp: 'AMBER' }));
    await world.settle();
    world.mark(index, { tlp: 'RED', principals: ['bob'] });
    await world.settle();
    expect(world.alerts().map(({ alert: { n, state }, handling }) => [n, state, handling.tlp, handling.principals])).toEqual([
      [0, 'raised', 'AMBER+STRICT', undefined],
      [1, 'recalled', 'AMBER+STRICT', undefined],
      [2, 'raised', 'RED', ['bolt/bob', 'bolt/eva']],
    ]);
  });

  it('follows what the watch was where it was met, and stops with it', async () => {
    world.watch('bolt', 'w', added());
    world.watch('bolt', 'edit', { act: 'changed', watch: 'w', condition: { items: [OTHER] } });
    world.add('acme', 'a', seen({ tlp: 'GREEN' }));
    const second = world.add('acme', 'b', seen({ tlp: 'GREEN' }, OTHER));
    world.watch('bolt', 'gone', { act: 'removed', watch: 'w' });
    world.add('acme', 'c', seen({ tlp: 'GREEN' }, OTHER));
    world.watch('bolt', 'more', { act: 'changed', watch: 'w', condition: { items: [VIN] } });
    await world.settle();
    // Removed before anybody looked: nothing is told any more.
    expect(told(world)).toEqual([]);
    const again = new AlertWorld();
    again.watch('bolt', 'w', added());
    again.watch('bolt', 'edit', { act: 'changed', watch: 'w', condition: { items: [OTHER] } });
    again.add('acme', 'b', seen({ tlp: 'GREEN' }, OTHER));
    await again.settle();
    expect(told(again)).toEqual([`bolt w ${second - 1} 0 raised`]);
  });

  it('is not raised one by one for whoever joins a community, and is recalled from who leaves it', async () => {
    world.watch('bolt', 'w', added());
    world.add('acme', 'a', seen({ tlp: 'GREEN', community: 'cars' }));
    await world.settle();
    world.act({ act: 'community.join', community: 'cars', agency: 'bolt' });
    await world.settle();
    const index = world.add('acme', 'b', seen({ tlp: 'GREEN', community: 'cars' }));
    await world.settle();
    world.act({ act: 'community.leave', community: 'cars', agency: 'bolt' });
    await world.settle();
    expect(told(world)).toEqual([`bolt w ${index} 0 raised`, `bolt w ${index} 1 recalled`]);
  });

  it('is not raised by joining a community, though another watch was told of the same entry', async () => {
    world.watch('acme', 'first', added());
    const index = world.add('bolt', 'a', seen({ tlp: 'GREEN', community: 'cars' }));
    world.mark(index, { tlp: 'CLEAR' });
    world.watch('acme', 'second', added());
    await world.settle();
    world.mark(index, { tlp: 'GREEN', community: 'cars' });
    await world.settle();
    world.act({ act: 'community.join', community: 'cars', agency: 'acme' });
    await world.settle();
    expect(told(world)).toEqual([`acme first ${index} 0 raised`, `acme first ${index} 1 recalled`, `acme first ${index} 2 raised`]);
  });

  it.each(ALERT_FAILPOINTS)('is one, whatever is lost at %s', async (at) => {
    world.watch('bolt', 'w', added());
    const index = world.add('acme', 'a', seen({ tlp: 'GREEN' }));
    for (let times = 0; times < 3; times++) {
      world.fatal = { at, left: 0 };
      await world.settle();
    }
    expect([told(world), world.conflicts]).toEqual([[`bolt w ${index} 0 raised`], 0]);
    expect(world.kills).toBeGreaterThan(0);
  });

  it('waits for no other writer: one that finds another at work begins again', async () => {
    world.watch('bolt', 'w', added());
    world.add('acme', 'a', seen({ tlp: 'GREEN' }));
    const ports = world.ports();
    const slow = { ...ports, moveCursor: () => Promise.resolve(false) };
    const { AlertsFenced, AlertWriter } = await import('./alert-writer.ts');
    await expect(new AlertWriter(slow).step()).rejects.toThrow(AlertsFenced);
    await world.settle();
    expect(world.alerts()).toHaveLength(1);
  });
});

type Step =
  | { readonly do: 'event'; readonly agency: number; readonly handling: number; readonly item: number }
  | { readonly do: 'watch'; readonly agency: number; readonly item: number; readonly red: boolean }
  | { readonly do: 'edit'; readonly which: number; readonly item: number | null }
  | { readonly do: 'mark'; readonly which: number; readonly handling: number }
  | { readonly do: 'community'; readonly agency: number; readonly joins: boolean }
  | { readonly do: 'look'; readonly fatal: number; readonly left: number };

const HANDLINGS: readonly Handling[] = [
  { tlp: 'CLEAR' },
  { tlp: 'GREEN' },
  { tlp: 'GREEN', community: 'cars' },
  { tlp: 'AMBER' },
  { tlp: 'AMBER', agencies: ['bolt'] },
  { tlp: 'AMBER+STRICT', agencies: ['acme', 'delta'] },
  { tlp: 'RED', agencies: ['bolt', 'acme'], principals: ['eva', 'bob'] },
  { tlp: 'RED', agencies: ['bolt'], principals: ['max'] },
];
const ITEMS = [VIN, OTHER];

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('event' as const), agency: fc.nat(2), handling: fc.nat(7), item: fc.nat(1) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('watch' as const), agency: fc.nat(2), item: fc.nat(1), red: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), which: fc.nat(5), item: fc.option(fc.nat(1)) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('mark' as const), which: fc.nat(20), handling: fc.nat(7) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('community' as const), agency: fc.nat(2), joins: fc.boolean() }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('look' as const), fatal: fc.nat(7), left: fc.nat(2) }) },
  ),
  { minLength: 12, maxLength: 60, size: 'max' },
);

/** One alert of one watch and one entry, as the oracle says it. */
interface Said {
  readonly n: number;
  readonly state: 'raised' | 'recalled';
  readonly persons: string | null;
}

/** Everything anew at each look: each agency, each watch, each entry. */
class Oracle {
  readonly said = new Map<string, Said[]>();
  #size = 0;
  readonly #groups = new Map<string, string>();

  look(world: AlertWorld): void {
    const size = world.log.length;
    for (const agency of AGENCIES) {
      const groups = this.#groupsAt(world, agency, Infinity);
      const watches = world.log.flatMap((entry, at) =>
        entry?.document.kind === 'watch' && entry.agency === agency ? [{ entry, at }] : [],
      );
      for (const { entry, at } of watches) {
        const act = entry.document.extension?.watch as WatchActText;
        if (act.act !== 'added') continue;
        const edits = [
          { entry, at },
          ...watches.filter(({ entry: by }) => (by.document.extension?.watch as WatchActText).watch === entry.id),
        ];
        const removedAt = edits.findIndex(({ entry: by }) => (by.document.extension?.watch as WatchActText).act === 'removed');
        const versions = removedAt < 0 ? edits : edits.slice(0, removedAt + 1);
        world.log.slice(0, size).forEach((of, index) => {
          if (of !== null && ['observation', 'transfer'].includes(of.document.kind))
            this.#pair(agency, groups, entry.id, versions, of, index, world, removedAt >= 0);
        });
      }
      this.#groups.set(agency, groups.join());
    }
    this.#size = size;
  }

  #pair(
    agency: string,
    groups: readonly string[],
    watch: string,
    versions: readonly { entry: Entry; at: number }[],
    of: Entry,
    index: number,
    world: AlertWorld,
    isOver: boolean,
  ): void {
    const list = this.said.get(`${agency} ${watch} ${index}`) ?? [];
    const last = list.at(-1);
    const own = of.document.handling as Handling;
    const effective = of.handling ?? own;
    const isSeen = groupsOf(effective, of.agency).some((group) => groups.includes(group));
    const wasSeen = groupsOf(own, of.agency).some((group) => this.#groupsAt(world, agency, index).includes(group));
    const since = wasSeen ? index : of.changed > 0 ? of.changed : -1;
    const version = versions.filter(({ at }) => at < since).at(-1)?.entry;
    const act = version?.document.extension?.watch as WatchActText | undefined;
    const isMet =
      act?.condition !== undefined &&
      matchCondition(act.condition as never, { ...of.document, parties: [] } as unknown as Sighting) !== undefined;
    const isNew = index >= this.#size || of.changed > this.#size;
    if (last === undefined && (!isMet || isOver || !isNew)) return;
    const by =
      isMet && version !== undefined
        ? version
        : (versions.filter(({ entry }) => (entry.document.extension?.watch as WatchActText).act !== 'removed').at(-1)?.entry as Entry);
    const persons = isSeen ? personsFor(agency, by, of, effective) : undefined;
    const say = (state: Said['state'], whom: string | null): void => {
      if (state === 'raised' && isOver) return;
      list.push({ n: (list.at(-1)?.n ?? -1) + 1, state, persons: whom });
      this.said.set(`${agency} ${watch} ${index}`, list);
    };
    if (last === undefined || last.state === 'recalled') {
      if (persons !== undefined) say('raised', persons);
      return;
    }
    if (persons === undefined) return say('recalled', last.persons);
    const [before, now] = [last.persons?.split(' '), persons?.split(' ')];
    const loses = now !== undefined && (before === undefined || before.some((person) => !now.includes(person)));
    if (loses) {
      say('recalled', last.persons);
      if (!isOver) list.push({ n: (list.at(-1)?.n ?? -1) + 1, state: 'raised', persons });
    } else if (persons !== last.persons) say('raised', persons);
  }

  #groupsAt(world: AlertWorld, agency: string, index: number): string[] {
    const acts = world.acts.filter(({ logIndex }) => logIndex < index).map(({ act }) => act);
    if (!acts.some((act) => act.act === 'agency.add' && act.agency === agency)) return [];
    const member = acts.filter((act) => (act.act === 'community.join' || act.act === 'community.leave') && act.agency === agency).at(-1);
    return ['clear', 'green', `agency:${agency}`, ...(member?.act === 'community.join' ? ['community:cars'] : [])];
  }
}

/** null: everybody of the agency; undefined: nobody. */
function personsFor(agency: string, watch: Entry, of: Entry, handling: Handling): string | null | undefined {
  const whole = (name: string) => (name.includes('/') ? name : `${agency}/${name}`);
  const named = (given: Handling, by: Entry): string[] | null =>
    given.tlp === 'RED' && (given.principals ?? []).length > 0
      ? [
          ...(given.principals ?? []).map(whole).filter((name) => name.startsWith(`${agency}/`)),
          ...(by.agency === agency ? [`${agency}/${by.principal}`] : []),
        ]
      : null;
  const [one, other] = [named(watch.document.handling as Handling, watch), named(handling, of)];
  const both = one === null ? other : other === null ? one : one.filter((name) => other.includes(name));
  return both === null ? null : both.length === 0 ? undefined : [...new Set(both)].sort().join(' ');
}

/** Whether an act of the history can be said there: what has no effect is left out. */
async function run(
  history: readonly Step[],
  isOther: (id: string) => boolean = () => false,
): Promise<{ world: AlertWorld; oracle: Oracle }> {
  const [world, oracle] = [new AlertWorld(), new Oracle()];
  const watches: { agency: string; id: string; gone: boolean; red: boolean }[] = [];
  const members = new Set<string>();
  let made = 0;
  for (const step of [...history, { do: 'look', fatal: 7, left: 0 } as const]) {
    if (step.do === 'event') {
      const agency = AGENCIES[step.agency] as string;
      const id = `e${made++}`;
      world.add(agency, id, seen(HANDLINGS[step.handling] as Handling, ITEMS[isOther(id) ? 1 - step.item : step.item]));
    } else if (step.do === 'watch') {
      const agency = AGENCIES[step.agency] as string;
      watches.push({ agency, id: `w${made}`, gone: false, red: step.red });
      world.watch(agency, `w${made++}`, added(ITEMS[step.item]), step.red ? { tlp: 'RED', principals: ['eva', 'bob'] } : { tlp: 'AMBER' });
    } else if (step.do === 'edit') {
      const watch = watches[step.which];
      if (watch === undefined || watch.gone) continue;
      watch.gone = step.item === null;
      const act: WatchActText =
        step.item === null
          ? { act: 'removed', watch: watch.id }
          : { act: 'changed', watch: watch.id, condition: { items: [ITEMS[step.item] as string] } };
      world.watch(watch.agency, `x${made++}`, act, watch.red ? { tlp: 'RED', principals: ['eva', 'bob'] } : { tlp: 'AMBER' });
    } else if (step.do === 'mark') {
      const events = world.log.flatMap((entry, index) => (entry?.document.kind === 'observation' ? [index] : []));
      const index = events[step.which % Math.max(1, events.length)];
      if (index !== undefined) world.mark(index, HANDLINGS[step.handling] as Handling);
    } else if (step.do === 'community') {
      const agency = AGENCIES[step.agency] as string;
      if (members.has(agency) === step.joins) continue;
      if (step.joins) members.add(agency);
      else members.delete(agency);
      world.act({ act: step.joins ? 'community.join' : 'community.leave', community: 'cars', agency });
    } else {
      oracle.look(world);
      const at = ALERT_FAILPOINTS[step.fatal];
      world.fatal = at === undefined ? null : { at, left: step.left };
      await world.settle();
      if (step.fatal === 6) world.restart();
    }
  }
  return { world, oracle };
}

const listOf = (oracle: Oracle): string[] =>
  [...oracle.said].flatMap(([pair, list]) => list.map(({ n, state, persons }) => `${pair} ${n} ${state} ${persons ?? '*'}`)).sort();
const alertsOf = (world: AlertWorld): string[] =>
  world
    .alerts()
    .map(
      ({ agency, alert: { watch, index, n, state }, handling }) =>
        `${agency} ${watch} ${index} ${n} ${state} ${handling.principals?.join(' ') ?? '*'}`,
    )
    .sort();

describe('of random histories', () => {
  it('the alerts are the oracle’s, each once, over every lost process', async () => {
    let [alerts, recalls, kills] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const { world, oracle } = await run(history);
        expect(alertsOf(world)).toEqual(listOf(oracle));
        expect(world.conflicts).toBe(0);
        alerts += world.alerts().length;
        recalls += world.alerts().filter(({ alert }) => alert.state === 'recalled').length;
        kills += world.kills;
      }),
      { numRuns: 1_000 },
    );
    expect([alerts > 1_000, recalls > 100, kills > 300]).toEqual([true, true, true]);
  });

  it('what an agency is told is the same, whatever stands in what it may not see', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...AGENCIES), async (history, agency) => {
        const { world } = await run(history);
        const hidden = new Set(world.log.flatMap((entry) => (entry !== null && isNeverFor(agency, entry) ? [entry.id] : [])));
        const { world: other } = await run(history, (id) => hidden.has(id));
        changed += hidden.size;
        expect(toldTo(agency, other)).toEqual(toldTo(agency, world));
      }),
      { numRuns: 300 },
    );
    expect(changed).toBeGreaterThan(300);
  });
});

/** Of no handling that it ever had is the agency, a member of whatever there is. */
const isNeverFor = (agency: string, { agency: owner, document, ever }: Entry): boolean =>
  document.kind === 'observation' &&
  [document.handling as Handling, ...ever].every((handling) =>
    groupsOf(handling, owner).every((group) => !['clear', 'green', 'community:cars', `agency:${agency}`].includes(group)),
  );

/** By the names of events: where they stand depends on what others were told. */
const toldTo = (agency: string, world: AlertWorld) =>
  world
    .alerts()
    .filter((alert) => alert.agency === agency)
    .map(({ alert: { watch, index, n, state, because }, handling }) => ({ watch, of: world.log[index]?.id, n, state, because, handling }));
