/** A report as the page shows it. */
import { toHex } from '#lib/ledger';
import { element, icon, quoted } from './elements.ts';
import type { Report, Statement } from './report.ts';
import { OUTCOMES, STATES, STEPS } from './words.ts';

/** Statements of one step and state that are listed at once; the others are behind a line that says how many they are. */
const LISTED_MAX = 5;

/** The whole result. @param file its name @param elapsedMs that the check took */
export function resultOf(report: Report, file: string, elapsedMs: number): readonly Node[] {
  const { verdict, head } = report;
  const shown = statementsShown(report);
  const explain = element('button', '', 'Explain the steps');
  explain.type = 'button';
  explain.setAttribute('aria-pressed', 'false');
  const steps = stepsOf(shown, verdict === 'altered');
  explain.addEventListener('click', () => {
    const isOn = explain.getAttribute('aria-pressed') !== 'true';
    explain.setAttribute('aria-pressed', String(isOn));
    for (const plain of steps.querySelectorAll<HTMLElement>('.plain')) plain.hidden = !isOn;
  });
  const hidden = report.statements.length - shown.length;
  return [
    banner(report),
    headOf(head, file, elapsedMs),
    element('div', 'bar', element('h2', '', 'What was checked'), explain),
    steps,
    hidden === 0 ? '' : element('p', 'note', 'Once this fails, nothing else in the bundle means anything: no other step is shown.'),
  ].filter((node) => node !== '') as readonly Node[];
}

/** A failed step stands alone: a tick beside it would be read as half a confirmation. */
function statementsShown({ statements }: Report): readonly Statement[] {
  const failed = statements.filter(({ state }) => state === 'failed');
  return failed.length === 0 ? statements : failed;
}

function banner({ verdict, summary }: Report): HTMLElement {
  const { word, icon: path, next } = OUTCOMES[verdict];
  const title = element('h2', '', word);
  title.id = 'verdict-word';
  return element('div', `verdict ${verdict}`, icon(path), title, element('p', 'summary', quoted(summary)), element('p', '', next));
}

function headOf(head: Report['head'], file: string, elapsedMs: number): HTMLElement {
  const rows: [string, Node][] = [['File', quoted(file)]];
  if (head !== null) {
    rows.push(
      ['Log', quoted(head.origin)],
      ['Signed state', element('span', '', `${group(head.size)} entries, at `, quoted(head.time))],
      ['Root', element('span', 'hash', toHex(head.root))],
    );
  }
  rows.push(['Checked', element('span', '', `here, in ${Math.max(1, Math.round(elapsedMs))} ms`)]);
  return element('dl', 'head', ...rows.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]));
}

const group = (count: bigint): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** In the order of the report; what follows each other in one step stands together. */
function stepsOf(statements: readonly Statement[], isAltered: boolean): HTMLElement {
  const list = element('ol', isAltered ? 'steps' : 'steps altered-not');
  for (let at = 0; at < statements.length;) {
    const { step } = statements[at] as Statement;
    const end = statements.findIndex((statement, n) => n > at && statement.step !== step);
    const own = statements.slice(at, end < 0 ? statements.length : end);
    at += own.length;
    const { title = step, plain } = STEPS[step] ?? {};
    const told = plain === undefined ? null : element('p', 'plain', plain);
    if (told !== null) told.hidden = true;
    list.append(element('li', 'step', element('h3', '', title), told, linesOf(own)));
  }
  return list;
}

function linesOf(statements: readonly Statement[]): HTMLElement {
  const list = element('ul', 'list', ...statements.slice(0, LISTED_MAX).map(lineOf));
  const rest = statements.slice(LISTED_MAX);
  if (rest.length === 0) return list;
  const states = [...new Set(rest.map(({ state }) => state))];
  const counts = states.map((state) => `${rest.filter((one) => one.state === state).length} × ${STATES[state].word.toLowerCase()}`);
  const more = element('details', '', element('summary', '', `${rest.length} more (${counts.join(', ')})`));
  // Made when it is asked for: a bundle of many events has thousands of lines.
  more.addEventListener('toggle', () => more.childElementCount === 1 && more.append(element('ul', 'list', ...rest.map(lineOf))));
  return element('div', '', list, more);
}

function lineOf({ state, says, about, code, pointer }: Statement): HTMLElement {
  const { word, icon: path } = STATES[state];
  const where = [about, pointer === undefined || pointer === '' ? undefined : `at ${pointer}`, code === undefined ? undefined : `[${code}]`];
  const places = where.filter((part) => part !== undefined).join(' ');
  const what = element('div', 'what', quoted(says), places === '' ? null : element('code', 'where', quoted(places)));
  return element('li', `statement ${state}`, icon(path), element('span', 'state', word), what);
}
