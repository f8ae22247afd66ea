/** How an event log tells what it does. Fields are numbers, names of topics, codes and errors; never keys, values or secrets. */
export type Report = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void;

export const silent: Report = () => {};
