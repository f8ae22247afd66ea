/** Who is shown an event that was marked, and each marking, by what is in effect. */
import { formatRef, narrowed, readerGroups, type Approval, type Handling } from '#lib/domain';
import type { HandledEvent } from './handled-events.ts';
import { closed, DEEP, depthOf, type Outcome, type Scene } from './scene.ts';

export interface HandlingRow extends Shown {
  readonly logIndex: number;
  /** Of a marking that needs an approver; null: of any other, and of what is none. */
  readonly approval: Approval | null;
}

interface Shown {
  /** Names. */
  readonly groups: readonly string[];
  readonly handling: Handling;
}

/** Of those whom an event is for so many bytes of names are told of its markings: each marking has a row of them. */
const NAMES_BYTES_MAX = 2_048;

/** A row of each event whose handling may be another than it came in with. Cost: some 20 µs each, and more where hundreds are named. */
export function rowsOf(scene: Scene, { effects, approvals }: Outcome): HandlingRow[] {
  const shown = new ShownNow(scene, effects);
  return [...scene.events.values()].flatMap((event): HandlingRow[] => {
    const depth = depthOf(event, scene);
    const { logIndex } = event;
    // It is as it came in, or as it was settled before.
    if (depth === null || (depth === 0 && !effects.has(event))) return [];
    if (depth === DEEP) return [{ logIndex, ...closedTo(event), approval: 'void' }];
    const key = formatRef(event);
    return [{ logIndex, ...shown.of(event), approval: scene.unweighed.has(key) ? 'void' : (approvals.get(key) ?? null) }];
  });
}

function closedTo(event: HandledEvent): Shown {
  const handling = closed(event);
  return { handling, groups: readerGroups(handling, event.agency) };
}

class ShownNow {
  private readonly scene: Scene;
  private readonly effects: Outcome['effects'];
  private readonly known = new Map<HandledEvent, Shown>();
  private readonly limits = new Map<HandledEvent, Handling>();

  constructor(scene: Scene, effects: Outcome['effects']) {
    this.scene = scene;
    this.effects = effects;
  }

  of(event: HandledEvent): Shown {
    const known = this.known.get(event);
    if (known !== undefined) return known;
    const shown = this.scene.unweighed.has(formatRef(event)) ? closedTo(event) : this.now(event);
    this.known.set(event, shown);
    return shown;
  }

  /** A marking is told to whom it is for, by its own handling or by what it says; but to nobody who does not see its target. */
  private now(event: HandledEvent): Shown {
    const { agency, said, target } = event;
    const marked = this.effects.get(event);
    const own = marked ?? event.handling;
    const about = said === undefined || target === undefined ? undefined : this.scene.events.get(formatRef(target));
    if (said === undefined || about === undefined) return { handling: own, groups: readerGroups(own, agency) };
    const limit = this.limitBy(about);
    const handling = narrowed(own, limit, event);
    const given = marked === undefined ? readerGroups(narrowed(said, limit, event), agency) : [];
    return { handling, groups: [...new Set([...readerGroups(handling, agency), ...given])].sort() };
  }

  private limitBy(about: HandledEvent): Handling {
    const known = this.limits.get(about);
    if (known !== undefined) return known;
    const limit = shortened(this.of(about).handling, about);
    this.limits.set(about, limit);
    return limit;
  }
}

/** For no more than it was, and named in few bytes. */
function shortened(handling: Handling, { agency, principal }: HandledEvent): Handling {
  const { agencies = [], principals = [] } = handling;
  const persons = first(principals);
  return {
    ...handling,
    ...(agencies.length === 0 ? {} : { agencies: first(agencies) }),
    // None would be the whole agency.
    ...(principals.length === 0 ? {} : { principals: persons.length > 0 ? persons : [`${agency}/${principal}`] }),
  };
}

function first(names: readonly string[]): readonly string[] {
  let bytes = 0;
  const end = names.findIndex((name) => (bytes += Buffer.byteLength(name)) > NAMES_BYTES_MAX);
  return end < 0 ? names : names.slice(0, end);
}
