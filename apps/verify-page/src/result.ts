/** A check as the page shows it: step by step while it runs, then its outcome above them. */
import { STEPS, timeOf, toHex, type Report, type Statement, type Step } from '#lib/ledger';
import { element, icon, quoted } from './elements.ts';
import { OUTCOMES, STATES, TITLES } from './words.ts';

/** Statements of one step that are listed at once; the others stand behind a line that says how many they are. */
const LISTED_MAX = 8;

/** The list of steps, to which statements are added as they are made. */
export class StepList {
  readonly list = element('ol', 'steps');
  private step: Step | undefined;
  private lines = element('ul', 'lines');
  private rest: HTMLElement | undefined;
  private isExplained = false;

  add(statement: Statement): void {
    const { step } = statement;
    if (step !== this.step) this.begin(step);
    this.step = step;
    const line = lineOf(statement);
    if (this.lines.childElementCount < LISTED_MAX) this.lines.append(line);
    else this.keepBack(line);
  }

  /** With what each step means in plain words, or without. */
  explain(isOn: boolean): void {
    this.isExplained = isOn;
    for (const plain of this.list.querySelectorAll<HTMLElement>('.plain')) plain.hidden = !isOn;
  }

  private begin(step: Step): void {
    const plain = element('p', 'plain', STEPS[step]);
    plain.hidden = !this.isExplained;
    this.lines = element('ul', 'lines');
    this.rest = undefined;
    this.list.append(element('li', 'step', element('h3', '', TITLES[step]), plain, this.lines));
  }

  private keepBack(line: HTMLElement): void {
    if (this.rest === undefined) {
      this.rest = element('ul', 'lines');
      this.lines.after(element('details', '', element('summary', ''), this.rest));
    }
    this.rest.append(line);
    (this.rest.previousElementSibling as HTMLElement).textContent = `${this.rest.childElementCount} more`;
  }
}

/** What was checked, and how long that took. */
export interface CheckedFile {
  readonly name: string;
  readonly elapsedMs: number;
  /** Keys that are said to have signed it, where none of them is trusted. */
  readonly claimed: readonly string[];
}

/** The outcome, who signed what, and the steps. */
export function resultOf(report: Report, file: CheckedFile): readonly Node[] {
  const steps = new StepList();
  for (const statement of report.statements) steps.add(statement);
  const failed = report.statements.some(({ state }) => state === 'failed');
  const isAlone = failed && report.statements.length === 1;
  return [
    bannerOf(report),
    headOf(report.head, file),
    element(
      'div',
      'bar',
      element('h2', '', isAlone && report.verdict === 'altered' ? 'What fails' : 'What was checked'),
      explainButton(steps),
    ),
    element('div', report.verdict === 'altered' ? '' : 'calm', steps.list),
    ...(failed ? [element('p', 'note', isAlone ? ALONE : LAST)] : []),
  ];
}

const ALONE = 'Nothing else is shown: without this, nothing else in the file means anything.';
const LAST = 'The check ended here: what would have come after was not looked at.';

/** A switch between the report's own words and plain ones. */
function explainButton(steps: StepList): HTMLButtonElement {
  const button = element('button', '', 'Explain');
  button.type = 'button';
  button.id = 'explain';
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => {
    const isOn = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(isOn));
    steps.explain(isOn);
  });
  return button;
}

function bannerOf({ verdict, summary }: Report): HTMLElement {
  const { word, icon: path, next } = OUTCOMES[verdict];
  const title = element('h2', '', word);
  title.id = 'verdict-word';
  return element('div', `verdict ${verdict}`, icon(path), title, element('p', 'summary', quoted(summary)), element('p', '', next));
}

function headOf(head: Report['head'], { name, elapsedMs, claimed }: CheckedFile): HTMLElement {
  const rows: (readonly [name: string, value: Node])[] = [['File', quoted(name)]];
  if (claimed.length > 0) rows.push(['Said to be signed by', quoted(claimed.join(', '))]);
  if (head !== null) {
    rows.push(['Log', quoted(head.origin)], ['Size', element('span', '', `${grouped(head.size)} entries`)]);
    if (head.time !== null) rows.push(['Sealed', quoted(`${head.time}, by the word of its operator`)]);
    if (head.seen !== undefined) rows.push(['Seen', quoted(`by ${timeOf(head.seen.seconds)}, by the word of its witnesses`)]);
    rows.push(['Root', element('code', '', toHex(head.root))]);
  }
  rows.push(['Checked', element('span', '', `here, in ${Math.max(1, Math.round(elapsedMs))} ms`)]);
  return element('dl', 'head', ...rows.flatMap(([title, value]) => [element('dt', '', title), element('dd', '', value)]));
}

const grouped = (count: bigint): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

function lineOf({ state, says, about, code, pointer, verdict }: Statement): HTMLElement {
  const { word, icon: path } = STATES[state];
  // What a proof says that it is about may be empty, as may the pointer to the whole of it.
  const where = [about, pointer ? `at ${pointer}` : undefined, code === undefined ? undefined : `[${code}]`];
  const places = where.filter(Boolean).join(' ');
  const what = element('div', 'what', quoted(says), places === '' ? null : element('code', 'where', quoted(places)));
  // What is left open and wanting for the whole stands out; what nobody asked for does not.
  const weight = state === 'not-established' && verdict !== undefined ? ' lacking' : '';
  return element('li', `statement ${state}${weight}`, icon(path), element('span', 'state', word), what);
}
