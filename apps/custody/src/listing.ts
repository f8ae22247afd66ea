/**
 * The forms of a list: for people, or for programs with `--json` (one object), `--jsonl` (one object a row) and `--plain` (one line a row). A
 * command says what it lists and how a row looks; which form is printed is decided here.
 */
import { printable } from './commands/printable.ts';

export interface FormFlags {
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly plain?: boolean;
}

export type Cell = string | number | boolean | null | undefined;

/** Cells of `--plain` by name, in their order: docs/cli.md names them, and scripts count on both. A new one goes to the end. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

export interface RowForms<Row> {
  readonly columns: Columns<Row>;
  /** For people, line feeds included; of no rows, too. */
  readonly text: (rows: readonly Row[]) => string;
  /** Default: the row itself. */
  readonly line?: (row: Row) => object;
}

/** @param view what `--json` gives: the rows, and what is said of all of them */
export function printList<Row>(flags: FormFlags, view: object, rows: readonly Row[], forms: RowForms<Row>): void {
  if (flags.json === true) process.stdout.write(`${JSON.stringify(view)}\n`);
  else printRows(flags, rows, forms);
}

/** Some rows of a list that is printed as it comes; with `--json` none, since one object has all of them. */
export function printRows<Row>(flags: FormFlags, rows: readonly Row[], forms: RowForms<Row>): void {
  if (flags.json !== true) process.stdout.write(rowsText(flags, rows, forms));
}

/** Those rows as text, line feeds included, in any form but `--json`. */
export function rowsText<Row>(flags: FormFlags, rows: readonly Row[], { columns, text, line }: RowForms<Row>): string {
  if (flags.jsonl === true) return rows.map((row) => `${JSON.stringify(line?.(row) ?? row)}\n`).join('');
  if (flags.plain === true) return rows.map((row) => plainLine(row, columns)).join('');
  return text(rows);
}

/** What stands in a cell can neither end it nor drive the terminal: a tab in it is shown as ⟨U+0009⟩. An empty cell is none. */
const plainLine = <Row>(row: Row, columns: Columns<Row>): string =>
  `${Object.values(columns)
    .map((cell) => printable(String(cell(row) ?? '')))
    .join('\t')}\n`;
