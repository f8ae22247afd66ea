/** A log as a command meets it: a server with fixed answers. */
import { encodeProofDocument, utf8, utf8Text } from '#lib/ledger';
import { CAR, type LedgerWorld, type Wanted } from '../../../libs/ledger/src/ledger-world.contract.ts';
import type { Client } from './client.ts';
import { CommandError, EXIT } from './exit-codes.ts';

/** A server that has these answers, and none to anything else. */
export function server(answers: Readonly<Record<string, string | CommandError>>): Client {
  const text = (path: string): Promise<string> => {
    const answer = answers[path] ?? answers[path.split('?', 1)[0] ?? ''] ?? new CommandError(EXIT.notFound, 'not-found', path);
    return typeof answer === 'string' ? Promise.resolve(answer) : Promise.reject(answer);
  };
  return {
    base: 'http://here',
    text,
    get: async (path) => JSON.parse(await text(path)) as never,
    bytes: async (path) => utf8(await text(path)),
    post: () => Promise.reject(new Error('nothing is posted')),
    open: () => Promise.reject(new Error('nothing is opened')),
    head: () => Promise.reject(new Error('nothing is opened')),
    put: () => Promise.reject(new Error('nothing is put')),
    delete: () => Promise.reject(new Error('nothing is deleted')),
  };
}

/** Without what it prints. */
export const silent = async <T>(work: () => Promise<T>): Promise<T> => {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  return work().finally(() => (process.stdout.write = write));
};

/** What `/v1/log` answers. */
export const logOf = (of: LedgerWorld, wanted: Wanted = {}): string =>
  utf8Text(encodeProofDocument({ ...of.prove(CAR, { ...wanted, groups: [] }), item: null, events: [] })) as string;

/** What `/v1/log/keys` answers. */
export const keysOf = (of: LedgerWorld): string => utf8Text(encodeProofDocument(of.proveKeys())) as string;
