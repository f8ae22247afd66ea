import { readFile } from 'node:fs/promises';
import { CommandError, commandErrorOf, EXIT, exitCodeOf } from './exit-codes.ts';

const failure = (code: string, message = 'it is so'): Error => Object.assign(new Error(message), { code });

describe('an exit code', () => {
  it.each([
    [404, 3],
    [401, 4],
    [403, 4],
    [409, 5],
    [412, 5],
    [429, 75],
    [503, 75],
    [400, 2],
    [413, 2],
    [415, 2],
    [422, 2],
    [500, 1],
    [502, 1],
    [301, 1],
  ])('of HTTP status %i is %i', (status, code) => {
    expect(exitCodeOf(status)).toBe(code);
  });

  it('means one thing each', () => {
    expect(new Set(Object.values(EXIT)).size).toBe(Object.keys(EXIT).length);
  });

  it('tells data that is locked or newer from what is away for a while', () => {
    expect(commandErrorOf(failure('data.locked'))).toMatchObject({ exitCode: 5, code: 'data.locked', message: 'it is so' });
    expect(commandErrorOf(failure('data.newer'))).toMatchObject({ exitCode: 5 });
    expect(commandErrorOf(failure('topic.missing'))).toMatchObject({ exitCode: 5 });
    expect(commandErrorOf(failure('store.unavailable'))).toMatchObject({ exitCode: 75 });
    expect(commandErrorOf(failure('EADDRINUSE'))).toMatchObject({ exitCode: 75, remedy: expect.stringContaining('--port') as string });
    const known = new CommandError(EXIT.notFound, 'item.not-found', 'none');
    expect(commandErrorOf(known)).toBe(known);
  });

  it.each([
    ['a file that is not there', () => readFile('/nowhere/at/all'), 'ENOENT', 2],
    ['a folder where a file is wanted', () => readFile('/'), 'EISDIR', 2],
    ['a file below a file', () => readFile('/dev/null/below'), 'ENOTDIR', 2],
    ['a file that may not be opened', () => Promise.reject(Object.assign(failure('EACCES'), { path: '/sealed/case.jsonl' })), 'EACCES', 2],
    ['a server that refuses', () => Promise.reject(failure('ECONNREFUSED')), 'ECONNREFUSED', 75],
    ['a full disk', () => Promise.reject(failure('ENOSPC')), 'ENOSPC', 75],
    ['a database that is starting', () => Promise.reject(failure('57P03')), '57P03', 75],
  ])('of %s is told by its code', async (_, run, code, exitCode) => {
    const error = await run().then(
      () => null,
      (reason: unknown) => commandErrorOf(reason),
    );
    expect(error).toMatchObject({ code, exitCode });
  });

  it('of a statement that Postgres does not understand, or a program that is not there, is that of a bug', () => {
    expect(commandErrorOf(failure('42601'))).toBeNull();
    expect(commandErrorOf(Object.assign(failure('ENOENT'), { path: 'java', syscall: 'spawn java' }))).toBeNull();
  });

  it('of a bug is 1, with its stack: it is no error that a script could act on', () => {
    expect([
      commandErrorOf(new TypeError('x')),
      commandErrorOf(failure('ERR_INVALID_ARG_TYPE')),
      commandErrorOf('text'),
      commandErrorOf(undefined),
    ]).toEqual([null, null, null, null]);
  });
});
