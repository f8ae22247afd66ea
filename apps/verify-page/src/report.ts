import { readBundleZip, type VerifierKey, type WitnessPolicy } from '#lib/ledger';

export type Verdict = 'verified' | 'altered' | 'not-in-log' | 'untrusted-key' | 'incomplete' | 'not-checked';
export interface Statement {
  readonly step: string;
  readonly state: 'established' | 'not-established' | 'failed';
  readonly says: string;
  readonly about?: string;
  readonly code?: string;
  readonly pointer?: string;
}
export interface Report {
  readonly verdict: Verdict;
  readonly summary: string;
  readonly statements: readonly Statement[];
  readonly head: { readonly origin: string; readonly size: bigint; readonly root: Uint8Array; readonly time: string } | null;
}
export interface Trust {
  readonly log: readonly VerifierKey<'log'>[];
  readonly witnesses?: WitnessPolicy;
  readonly nowMs?: number;
}

export function verifyBundleZip(zip: Uint8Array, trust: Trust): Report {
  const files = readBundleZip(zip);
  if (!files.ok) {
    const { code, detail, file } = files.fault;
    const statement = { step: 'file', state: 'not-established', says: detail, code, ...(file === undefined ? {} : { about: file }) } as const;
    return { verdict: 'not-checked', summary: detail, statements: [statement], head: null };
  }
  void trust;
  return { verdict: 'not-checked', summary: 'nothing is checked', statements: [], head: null };
}
