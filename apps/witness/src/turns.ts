/** One thing at a time under each name, in the order of asking. */
export interface Turns {
  /** Runs the work when all that was asked for before it under this name has ended. `null`, without running it: too many wait. */
  take<T>(name: string, work: () => Promise<T>): Promise<T> | null;
}

/** @param waitingMax under one name, beside the one that runs */
export function createTurns(waitingMax: number): Turns {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>();
  return {
    take(name, work) {
      const line = lines.get(name) ?? { last: Promise.resolve(), length: 0 };
      if (line.length > waitingMax) return null;
      lines.set(name, line);
      line.length++;
      const turn = line.last.then(work).finally(() => {
        line.length--;
        if (line.length === 0) lines.delete(name);
      });
      // A failure is its asker's: the next one goes on.
      line.last = turn.catch(() => undefined);
      return turn;
    },
  };
}
