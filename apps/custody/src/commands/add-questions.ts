/** What `custody add` asks a person at a terminal: short questions, each answer judged at once, and asked again where it does not do. */
import { stat } from 'node:fs/promises';
import { CommandError, EXIT } from '../exit-codes.ts';
import {
  ADDED_KINDS,
  readGrade,
  readHandling,
  readItem,
  readKind,
  readOccurred,
  readParty,
  readPlace,
  readSource,
  readStatement,
  type AddTexts,
  type Read,
} from './add-fields.ts';

/** Whom is asked. */
export interface Asking {
  /** `null`: he has gone. */
  ask(question: string): Promise<string | null>;
  tell(line: string): void;
}

export interface Asked extends AddTexts {
  readonly evidence?: string;
  readonly locator?: string;
}

type Judge = (text: string) => Read<unknown> | Promise<Read<unknown>>;

/** All that one sighting says. Throws CommandError `interrupted` where whoever is asked goes away: nothing was sent. */
export async function askAll(asking: Asking): Promise<Asked> {
  const told: { -readonly [name in keyof Asked]: Asked[name] } = {};
  const item = await identifiers(asking, told);
  if (item.length > 0) told.item = item;
  told.kind = (await one(asking, `What happened? ${ADDED_KINDS.join(', ')} [observation]`, readKind)) ?? 'observation';
  if (told.kind === 'aggregation') await carrier(asking, told);
  if (told.kind === 'assessment')
    put(told, 'subtype', await needed(asking, 'An assessment of what sort? (hypothesis, attribution ...)', readStatement));
  put(told, 'at', await one(asking, 'When? As written: 2018-06-11, 2018-06-11T13:20+02:00, or from..to [not known]', readOccurred));
  put(told, 'place', await one(asking, 'Where? UN/LOCODE, name, or degrees north,east [not stated]', readPlace));
  const party = await many(asking, 'Who had a part in it? role=name [nobody more]', readParty);
  if (party.length > 0) told.party = party;
  told.source = await needed(asking, 'What is it from? photo, bill_of_lading, ais, tip ...', readSource);
  put(told, 'grade', await one(asking, 'Graded? Source A-F and information 1-6, as B2 [not graded]', readGrade));
  await handling(asking, told);
  const says = told.kind === 'statement' ? needed : one;
  put(told, 'statement', await says(asking, 'In words? [nothing]', readStatement));
  put(told, 'evidence', await one(asking, 'A file that supports it? [none]', readPath));
  if (told.evidence !== undefined)
    put(told, 'locator', await one(asking, 'Where in it? page:2, line:5, row:14 [all of it]', readStatement));
  return told;
}

type Told = { -readonly [name in keyof Asked]: Asked[name] };

function put<Name extends 'subtype' | 'at' | 'place' | 'grade' | 'statement' | 'evidence' | 'locator'>(
  told: Told,
  name: Name,
  text: string | undefined,
): void {
  if (text !== undefined) told[name] = text;
}

/** One whose check fails is taken where it is written once more: then it stands so in the source. */
async function identifiers(asking: Asking, told: Told): Promise<string[]> {
  return many(asking, 'What was seen? An identifier, as vin:WDD... or container:SYNU... [nothing more]', asOnceMore(told, '--item'));
}

const asOnceMore = (told: Told, flag: string): Judge => {
  let refused: string | undefined;
  return (text) => {
    const read = readItem(text, 'subject', flag, text === refused);
    if (read.ok && text === refused) told.asWritten = true;
    if (read.ok || read.fault.code !== 'add.check-fails') return read;
    refused = text;
    return { ok: false, fault: { ...read.fault, remedy: 'Compare it with the source. Where it stands so there, write it once more.' } };
  };
};

async function carrier(asking: Asking, told: Told): Promise<void> {
  const into = await one(asking, 'Into what? container:... or imo:... [it came out of something]', asOnceMore(told, '--into'));
  if (into !== undefined) told.into = into;
  else told.outOf = await needed(asking, 'Out of what? container:... or imo:...', asOnceMore(told, '--out-of'));
}

async function handling(asking: Asking, told: Told): Promise<void> {
  const label = (text: string) => readHandling({ tlp: text });
  told.tlp = (await one(asking, 'Handling? CLEAR, GREEN, AMBER, AMBER+STRICT, RED [AMBER: your agency alone]', label)) ?? 'AMBER';
  if (!/^(?:amber|red)/i.test(told.tlp)) return;
  const names = (text: string) => text.split(/[ ,]+/).filter((name) => name !== '');
  const { tlp } = told;
  const shared = await one(asking, 'Which other agencies see it? [none]', (text) => readHandling({ tlp, agency: names(text) }));
  if (shared !== undefined) told.agency = names(shared);
}

async function readPath(path: string): Promise<Read<string>> {
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return isFile
    ? { ok: true, value: path }
    : {
        ok: false,
        fault: { flag: '--evidence', code: 'ENOENT', detail: `There is no file ${path}.`, remedy: 'Write the path of a file.' },
      };
}

/** Until it does, or is left empty. */
async function one(asking: Asking, question: string, judge: Judge): Promise<string | undefined> {
  for (;;) {
    const answer = await asking.ask(`${question}: `);
    if (answer === null) throw new CommandError(EXIT.interrupted, 'interrupted', 'Nobody answers any more. Nothing was sent.');
    const text = answer.trim();
    if (text === '') return undefined;
    const read = await judge(text);
    if (read.ok) return text;
    asking.tell(`  ${read.fault.detail} ${read.fault.remedy}`);
  }
}

async function needed(asking: Asking, question: string, judge: Judge): Promise<string> {
  for (;;) {
    const text = await one(asking, question, judge);
    if (text !== undefined) return text;
    asking.tell('  It cannot be left out.');
  }
}

async function many(asking: Asking, question: string, judge: Judge): Promise<string[]> {
  const all: string[] = [];
  for (let text = await one(asking, question, judge); text !== undefined; text = await one(asking, question, judge)) all.push(text);
  return all;
}
