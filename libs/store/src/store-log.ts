/** How the store tells what it does; libs/runtime's logger fits. Never content, identifiers or secrets. */
export type StoreLog = (level: 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void;
