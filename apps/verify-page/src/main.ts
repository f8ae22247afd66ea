/** The page: what is pasted and opened on the left goes through the verifier, and its report is shown. Nothing is kept, nothing is sent. */
import type { ReceiptTrust } from '#lib/ledger';
import { part } from './elements.ts';
import { claimedSigners, stepsOf } from './opened-file.ts';
import { resultOf, StepList } from './result.ts';
import { readTrust } from './trust.ts';
import { OUTCOMES } from './words.ts';

/** As long as no bundle is: what is larger is not even read. */
const FILE_BYTES_MAX = 600 * 1024 ** 2;
/** Often enough to be seen running. */
const DRAWN_EACH_MS = 50;

const keys = part('keys', HTMLTextAreaElement);
const policy = part('policy', HTMLTextAreaElement);
const input = part('file', HTMLInputElement);
const contentInput = part('content', HTMLInputElement);
const summary = part('summary', HTMLElement);
const result = part('result', HTMLElement);
const drop = part('drop', HTMLElement);

interface OpenedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What was opened last; its bytes are read once. */
let opened: OpenedFile | undefined;
/** The event that its holder says a receipt is for. */
let content: Uint8Array | undefined;
/** Raised by each check: of two that were begun only the later one is shown. */
let turn = 0;
/** What was pasted when the last check began. */
let checkedBy: string | undefined;
const trustText = (): string => JSON.stringify([keys.value, policy.value]);

part('form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  if (opened === undefined) {
    summary.textContent = 'Choose a file first.';
    input.focus();
  } else check();
});
for (const field of [keys, policy])
  field.addEventListener('change', () => {
    // The browser says so when a field is left: what was checked meanwhile by the same text stays.
    if (opened === undefined) showTrust();
    else if (trustText() !== checkedBy) check();
  });
input.addEventListener('change', () => void open(input.files?.[0]));
contentInput.addEventListener('change', () => void openContent(contentInput.files?.[0]));
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  void open(event.dataTransfer?.files[0]);
});

async function open(file: File | undefined): Promise<void> {
  if (file === undefined) return;
  const mine = ++turn;
  opened = undefined;
  result.hidden = true;
  if (file.size > FILE_BYTES_MAX) {
    summary.textContent = 'This file is larger than any bundle.';
    return;
  }
  summary.textContent = `Reading ${file.name} …`;
  try {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (mine !== turn) return;
    opened = { name: file.name, bytes };
    check();
  } catch {
    // The browser says no more than that: the file was moved, or may not be read.
    if (mine === turn) summary.textContent = 'The file could not be read. Nothing is known about it.';
  }
}

/** An event is no larger than any bundle, and is read in the same way; the choice of none takes it away. */
async function openContent(file: File | undefined): Promise<void> {
  const mine = ++turn;
  content = undefined;
  result.hidden = true;
  try {
    const bytes = file === undefined || file.size > FILE_BYTES_MAX ? undefined : new Uint8Array(await file.arrayBuffer());
    if (mine !== turn) return;
    content = bytes;
    if (file !== undefined && bytes === undefined) summary.textContent = 'This file is larger than any event.';
    else check();
  } catch {
    if (mine === turn) summary.textContent = 'The event could not be read. Nothing is known about it.';
  }
}

/** Shows what is wrong with what was pasted; undefined: something is. */
function showTrust(): ReceiptTrust | undefined {
  const read = readTrust({ keys: keys.value, policy: policy.value });
  for (const [field, fault] of [
    [keys, read.ok ? undefined : read.keys],
    [policy, read.ok ? undefined : read.policy],
  ] as const) {
    part(`${field.id}-fault`, HTMLElement).textContent = fault ?? '';
    field.setAttribute('aria-invalid', String(fault !== undefined));
  }
  if (!read.ok && read.policy !== undefined) part('policy-part', HTMLDetailsElement).open = true;
  return read.ok ? read.trust : undefined;
}

function check(): void {
  const file = opened;
  if (file === undefined) return;
  const mine = ++turn;
  checkedBy = trustText();
  const trust = showTrust();
  if (trust === undefined) {
    result.hidden = true;
    summary.textContent = 'What is pasted above cannot be read; nothing was checked.';
    return;
  }
  summary.textContent = `Checking ${file.name} …`;
  void run(file, { ...trust, nowMs: Date.now() }, () => mine === turn);
}

/** Shows each step once it is made; the browser draws now and then. @param isWanted whether nothing else was begun meanwhile */
async function run(file: OpenedFile, trust: ReceiptTrust, isWanted: () => boolean): Promise<void> {
  await nextTurn();
  if (!isWanted()) return;
  const started = performance.now();
  const steps = new StepList();
  result.replaceChildren(steps.list);
  result.hidden = false;
  let drawn = started;
  const check = stepsOf(file.bytes, trust, content);
  let next = check.next();
  for (; next.done !== true; next = check.next()) {
    steps.add(next.value);
    if (performance.now() - drawn < DRAWN_EACH_MS) continue;
    await nextTurn();
    if (!isWanted()) return;
    drawn = performance.now();
  }
  const report = next.value;
  const elapsedMs = performance.now() - started;
  const claimed = report.verdict === 'untrusted-key' ? claimedSigners(file.bytes) : [];
  result.replaceChildren(...resultOf(report, { name: file.name, elapsedMs, claimed }));
  summary.textContent = `${OUTCOMES[report.verdict].word}: ${file.name}`;
  result.dispatchEvent(new CustomEvent('checked', { bubbles: true, detail: report }));
}

const nextTurn = (): Promise<void> => new Promise((resume) => setTimeout(resume));
