/** Tells whether a process that is named in a file is still the one that wrote it: a pid alone is reused, and a zombie answers signals. */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** A text that no other process of this machine has had or will have (boot + start time), or `null`: no such process, or it is a zombie. */
export function processIdentity(pid: number): string | null {
  if (process.platform === 'linux') return linuxIdentity(pid);
  if (process.platform === 'win32') return answersSignals(pid) ? `pid ${pid}` : null;
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    }).trim();
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
  } catch {
    return null; // ps exits with 1 where there is no such process
  }
}

/** Whether the process `pid` lives and is a Postgres server on `pgData` (an absolute path without symbolic links). */
export function isPostmasterOf(pid: number, pgData: string): boolean {
  if (processIdentity(pid) === null) return false;
  try {
    // A postmaster's working directory is its data directory; whoever else got the pid is elsewhere.
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === pgData;
    if (process.platform === 'win32') return true;
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(pgData);
  } catch {
    return false; // gone between the two questions
  }
}

function linuxIdentity(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // proc(5): the second field is the name in parentheses and may hold anything; state is the third field, start time the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()} ${fields[19]}`;
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
