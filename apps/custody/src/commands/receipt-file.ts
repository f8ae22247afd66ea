/** Receipts as capture answered them, one JSON object a line (JSON Lines): `signature` is the signed note, the rest is what it says. */
import { open, stat } from 'node:fs/promises';
import { CommandError, EXIT } from '../exit-codes.ts';

export interface ReceiptFile {
  /** In the file when it returns, behind those of calls before. */
  add(receipts: readonly unknown[]): Promise<void>;
  /** On the disk. */
  close(): Promise<void>;
}

/**
 * For appending: a receipt that is there is kept, and one that comes again stands twice. Throws CommandError `usage` for the file that is to be
 * imported.
 */
export async function openReceipts(path: string, imported: string): Promise<ReceiptFile> {
  const handle = await open(path, 'a', 0o600);
  const [there, given] = [await handle.stat(), await stat(imported)];
  if (there.dev === given.dev && there.ino === given.ino) {
    await handle.close();
    throw new CommandError(EXIT.usage, 'usage', `The receipts cannot go into ${path}: that is the file to import.`);
  }
  // Several requests are under way; their lines must not be mixed.
  let written = Promise.resolve();
  return {
    add(receipts) {
      const text = receipts.map((receipt) => `${JSON.stringify(receipt)}\n`).join('');
      const next = written.then(() => handle.appendFile(text));
      written = next.catch(() => undefined);
      return next;
    },
    async close() {
      await written;
      await handle.sync().finally(() => handle.close());
    },
  };
}
