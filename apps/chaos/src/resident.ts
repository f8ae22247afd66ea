/** How much memory a process of this machine holds, as Linux counts it (proc(5)). */
import { readFileSync, writeFileSync } from 'node:fs';

const BYTES_PER_KB = 1024;

/** Of the text of /proc/PID/status: a line `VmRSS:  1234 kB` in bytes. Null where there is none, as of a process that has ended. */
export function statusBytes(text: string, name: 'VmRSS' | 'VmHWM'): number | null {
  const kilobytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * BYTES_PER_KB;
}

function read(pid: number, name: 'VmRSS' | 'VmHWM'): number | null {
  try {
    return statusBytes(readFileSync(`/proc/${pid}/status`, 'utf8'), name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

/** Bytes that are in memory now. Null: there is no such process. */
export const residentBytes = (pid: number): number | null => read(pid, 'VmRSS');

/** The most that were in memory since it began, or since `forgetPeak`. Null: there is no such process. */
export const peakBytes = (pid: number): number | null => read(pid, 'VmHWM');

/** From now on the peak is counted anew. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');
