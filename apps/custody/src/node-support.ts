/** Which versions of Node still get security updates. */

/** Even majors and the day on which their updates end (nodejs.org, release schedule). */
const UPDATES_END: Readonly<Record<number, string>> = { 20: '2026-04-30', 22: '2027-04-30', 24: '2028-04-30', 26: '2029-04-30' };
const LAST_KNOWN = Math.max(...Object.keys(UPDATES_END).map(Number));

/** Odd majors are over within months. What is newer than this table is taken to be supported. @param version `process.versions.node` */
export function getsNoUpdates(version: string, nowMs: number = Date.now()): boolean {
  const major = Number(version.split('.', 1)[0]);
  const end = UPDATES_END[major];
  return end === undefined ? major < LAST_KNOWN : Date.parse(end) < nowMs;
}
