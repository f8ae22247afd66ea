/** A question by HTTP, what its answer may tell of, and how answers are judged. */
import type { Canaries, Thing } from './canaries.contract.ts';
import { mayAsk, type Asker, type For } from './who-may-see.contract.ts';
import { headersOf, type Reader, type World } from './world.contract.ts';

/** Pages of one answer, or the one that it is. */
export interface Answer {
  readonly status: number;
  /** Status and headers, one a line. */
  readonly head: string;
  readonly body: Buffer;
}

export interface Question {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What it is about, and in which places' words whoever may see that is told of it. A place without words of the thing is passed over. */
  readonly tells: readonly { readonly thing: Thing; readonly places: readonly string[] }[];
  /** Absent: any. */
  readonly status?: number;
  /** How many of `tells` it says that there are: of each page, summed up. */
  readonly count?: (body: never) => number;
  /** Asked by pages, each of which is as long as this but for the last. */
  readonly pages?: { readonly limit: number; readonly lengthOf: (body: never) => number };
}

/** What one operation is asked. */
export interface Recipe {
  readonly whom: For | ((asker: Asker) => boolean);
  /** Places whose words are everybody's here, for a reason that ARCHITECTURE.md gives. */
  readonly open?: readonly string[];
  /** It is the proof of an item, in which those who lost an event are told so where its agency says that they are. */
  readonly tellsOfLoss?: true;
  questions(world: World, asker: Reader): readonly Question[];
}

export interface Judged {
  /** Asker, thing and operation: each once. */
  readonly cases: Set<string>;
  questions: number;
  readonly leaks: string[];
  /** What is his and was not told, numbers that are others, answers of another status. */
  readonly wrong: string[];
}

export const nothingJudged = (): Judged => ({ cases: new Set(), questions: 0, leaks: [], wrong: [] });

export async function ask(
  url: string,
  { path, method = 'GET', headers = {}, body }: Pick<Question, 'path' | 'method' | 'headers' | 'body'>,
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, { method, headers, redirect: 'manual', ...(body === undefined ? {} : { body }) });
  const head = [String(answer.status), ...[...answer.headers].map(([name, value]) => `${name}: ${value}`)].join('\n');
  return { status: answer.status, head, body: Buffer.from(await answer.arrayBuffer()) };
}

interface Pages extends Answer {
  readonly each: readonly Answer[];
}

/** As far as there are pages. */
async function askAll(url: string, question: Question, headers: Readonly<Record<string, string>>): Promise<Pages> {
  const asked = { ...question, headers: { ...headers, ...question.headers } };
  if (question.pages === undefined) {
    const answer = await ask(url, asked);
    return { ...answer, each: [answer] };
  }
  const each: Answer[] = [];
  for (let cursor = ''; ;) {
    const path = `${question.path}${question.path.includes('?') ? '&' : '?'}limit=${question.pages.limit}${cursor}`;
    const answer = await ask(url, { ...asked, path });
    each.push(answer);
    const next = answer.status === 200 ? (JSON.parse(answer.body.toString()) as { next: string | null }).next : null;
    if (next === null) break;
    cursor = `&cursor=${next}`;
  }
  const [first] = each as [Answer];
  return { status: first.status, head: each.map(({ head }) => head).join('\n'), body: Buffer.concat(each.map(({ body }) => body)), each };
}

/** One question of one asker. */
async function judgeOne(
  world: World,
  url: string,
  of: { operation: string; recipe: Recipe; asker: Reader; question: Question },
  judged: Judged,
): Promise<void> {
  const { operation, recipe, asker, question } = of;
  const headers = headersOf(asker, world.behalf);
  const answer = await askAll(url, question, headers);
  const name = `${operation} ${question.method ?? 'GET'} ${question.path} to ${asker.name}`;
  judged.questions += 1;
  // What he said himself is no news to him: his question comes back in addresses and words.
  const asked = world.canaries.in(Buffer.from(JSON.stringify([question.path, question.headers, question.body, headers])));
  const told = world.canaries.in(Buffer.concat([Buffer.from(`${answer.head}\n`), answer.body]));
  for (const [text, { thing, place }] of told)
    if (
      !asked.has(text) &&
      !thing.mayBeSeenBy(asker) &&
      recipe.open?.includes(place) !== true &&
      !lossIn(recipe, thing, asker).includes(place)
    )
      judged.leaks.push(`${name}: ${place} of ${thing.name}`);
  for (const { thing } of question.tells) judged.cases.add(`${asker.name} ${thing.name} ${operation}`);
  if (!isFor(recipe, asker)) {
    const status = asker.agency === null ? 401 : 403;
    if (answer.status !== status) judged.wrong.push(`${name}: ${answer.status} and not ${status}`);
    return;
  }
  if (question.status !== undefined && question.status !== answer.status)
    judged.wrong.push(`${name}: ${answer.status} and not ${question.status}`);
  else
    judged.wrong.push(
      ...missing(world.canaries, of, told).map((what) => `${name}: ${what}`),
      ...numbers(question, asker, answer).map((what) => `${name}: ${what}`),
    );
}

const isFor = ({ whom }: Recipe, asker: Asker): boolean => (typeof whom === 'function' ? whom(asker) : mayAsk(asker, whom));

/** Places of a thing whose words are told to this asker though he lost it. */
function lossIn({ tellsOfLoss }: Recipe, { toldOfLoss }: Thing, asker: Asker): readonly string[] {
  return tellsOfLoss === true && toldOfLoss?.to(asker) === true ? toldOfLoss.places : [];
}

function missing(
  canaries: Canaries,
  { recipe, question, asker }: { readonly recipe: Recipe; readonly question: Question; readonly asker: Asker },
  told: ReadonlyMap<string, unknown>,
): string[] {
  return question.tells.flatMap(({ thing, places }) => {
    const words = canaries.of(thing);
    const due = thing.mayBeSeenBy(asker) ? places : lossIn(recipe, thing, asker);
    return due.flatMap((place) => ((words.get(place) ?? []).every((text) => told.has(text)) ? [] : [`no ${place} of ${thing.name}`]));
  });
}

function numbers({ tells, count, pages }: Question, asker: Asker, { each }: Pages): string[] {
  if (count === undefined) return [];
  const bodies = each.map(({ status, body }) => (status === 200 ? (JSON.parse(body.toString()) as never) : null));
  const visible = tells.filter(({ thing }) => thing.mayBeSeenBy(asker)).length;
  const counted = bodies.reduce<number>((sum, body) => sum + (body === null ? 0 : count(body)), 0);
  const short = pages === undefined ? [] : bodies.slice(0, -1).filter((body) => body === null || pages.lengthOf(body) !== pages.limit);
  return [
    ...(counted === visible ? [] : [`counts ${counted} and not ${visible}`]),
    ...(short.length === 0 ? [] : [`${short.length} pages are short`]),
  ];
}

/** Requests of one asker that are under way at once. */
const AT_ONCE = 8;

/** Each question of each operation to each asker. */
export async function judge(
  world: World,
  recipes: Readonly<Record<string, Recipe>>,
  askers: readonly Reader[],
  judged = nothingJudged(),
  url = world.url,
): Promise<Judged> {
  for (const asker of askers) {
    const all = Object.entries(recipes).flatMap(([operation, recipe]) =>
      recipe.questions(world, asker).map((question) => ({ operation, recipe, asker, question })),
    );
    const waiting = all.values();
    const work = async (): Promise<void> => {
      for (const of of waiting) await judgeOne(world, url, of, judged);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
  return judged;
}
