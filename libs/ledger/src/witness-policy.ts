/** Which witnesses stand behind a log, and how many of them have to: a policy file, and what a checkpoint's cosignatures say to it. */
import { toHex } from './bytes.ts';
import type { Cosignature } from './checkpoint.ts';
import { parseStrict } from './json.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { type NoteResult, refused, taken } from './note-fault.ts';
import { parseVerifierKey, type VerifierKey } from './note-key.ts';

/** More than a checkpoint's signatures can hold beside the log's own would never be met. */
export const WITNESSES_MAX = 64;

/** One witness of a policy. */
export interface PolicyWitness {
  readonly key: VerifierKey<'witness'>;
  /** Submission prefix without a slash at its end, for whoever collects cosignatures; null: not known here. */
  readonly url: string | null;
}

/** k of n. */
export interface WitnessPolicy {
  /** Different names with ids, and different public keys. */
  readonly witnesses: readonly PolicyWitness[];
  /** From 0 (no witness is asked for) to the number of witnesses. */
  readonly threshold: number;
}

/** What the cosignatures of one checkpoint are worth under a policy. */
export interface Witnessing {
  readonly met: boolean;
  readonly threshold: number;
  /** Of witnesses in the policy, one each. */
  readonly cosigned: readonly { readonly name: string; readonly timestamp: bigint }[];
  /** Names of the policy's witnesses that did not cosign. */
  readonly missing: readonly string[];
}

/**
 * A policy file: `{"witnesses":[{"vkey":"name+id+key","url":"https://…"}],"threshold":2}`, `url` optional, no other members. Faults:
 * `policy.json`, `policy.member`, `policy.witnesses`, `policy.vkey`, `policy.url`, `policy.threshold`, and `policy.duplicate`, also for one
 * public key under two names: who has it would count twice, as a cosignature does not say the name that it is given under.
 */
export function parseWitnessPolicy(file: Uint8Array): NoteResult<WitnessPolicy> {
  const json = parseStrict(file);
  if (!json.ok) return refused('policy.json', `the policy is no JSON that can be taken: ${json.fault.detail}`);
  const policy = membersOf(json.value, ['witnesses', 'threshold'], []);
  if (policy === null) return refused('policy.member', 'a policy has the members witnesses and threshold, and no others');
  const { witnesses: listed, threshold } = policy;
  if (!Array.isArray(listed) || listed.length > WITNESSES_MAX)
    return refused('policy.witnesses', `the witnesses are a list of at most ${WITNESSES_MAX}`);
  const witnesses: PolicyWitness[] = [];
  const seen = new Set<string>();
  for (const given of listed as readonly JsonValue[]) {
    const witness = witnessOf(given);
    if (!witness.ok) return witness;
    const { name, id, publicKey } = witness.value.key;
    for (const mark of [`${name}+${id}`, toHex(publicKey)]) {
      if (seen.has(mark)) return refused('policy.duplicate', `the key of ${name}, or its name and id, stand twice among the witnesses`);
      seen.add(mark);
    }
    witnesses.push(witness.value);
  }
  if (typeof threshold !== 'number' || !Number.isInteger(threshold) || threshold < 0 || threshold > witnesses.length)
    return refused('policy.threshold', `the threshold is a whole number from 0 to the number of witnesses, ${witnesses.length}`);
  return taken({ witnesses, threshold });
}

/**
 * Who of the policy's witnesses cosigned. Cosignatures of others, and a second one of the same witness, count for nothing. Nothing is decided
 * about times: a witness's clock is its own.
 * @param cosignatures verified: those of openCheckpoint, given the keys of this policy
 */
export function witnessing(cosignatures: readonly Cosignature[], { witnesses, threshold }: WitnessPolicy): Witnessing {
  const cosigned: { name: string; timestamp: bigint }[] = [];
  const missing: string[] = [];
  for (const { key } of witnesses) {
    const found = cosignatures.find((cosignature) => isSameKey(cosignature.key, key));
    if (found === undefined) missing.push(key.name);
    else cosigned.push({ name: key.name, timestamp: found.timestamp });
  }
  return { met: cosigned.length >= threshold, threshold, cosigned, missing };
}

/** Whether at least as many of the policy's witnesses cosigned as it asks for: see witnessing. */
export const meetsPolicy = (cosignatures: readonly Cosignature[], policy: WitnessPolicy): boolean => witnessing(cosignatures, policy).met;

const isSameKey = (a: VerifierKey, b: VerifierKey): boolean =>
  a.kind === b.kind && a.name === b.name && a.id === b.id && toHex(a.publicKey) === toHex(b.publicKey);

function witnessOf(given: JsonValue): NoteResult<PolicyWitness> {
  const members = membersOf(given, ['vkey'], ['url']);
  if (members === null) return refused('policy.member', 'a witness has the members vkey and url, and no others');
  const { vkey, url } = members;
  if (typeof vkey !== 'string') return refused('policy.vkey', 'the vkey of a witness is a text');
  const key = parseVerifierKey(vkey, 'witness');
  if (!key.ok) return refused('policy.vkey', `${vkey}: ${key.fault.detail}`);
  if (url === undefined) return taken({ key: key.value, url: null });
  const prefix = typeof url === 'string' ? prefixOf(url) : null;
  if (prefix === null)
    return refused('policy.url', `the url of ${key.value.name} is one of http or https, without user, query and fragment`);
  return taken({ key: key.value, url: prefix });
}

/** `null` for what is no prefix of HTTP paths. */
function prefixOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isPlain = url.username === '' && url.password === '' && !/[?#]/.test(text);
  return isPlain && /^https?:$/.test(url.protocol) ? url.href.replace(/\/+$/, '') : null;
}

/** The object, where it has all members that are needed and none that is not named; else null. */
function membersOf(value: JsonValue, needed: readonly string[], optional: readonly string[]): JsonObject | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const names = Object.keys(value);
  const isComplete = needed.every((name) => names.includes(name)) && names.every((name) => [...needed, ...optional].includes(name));
  return isComplete ? (value as JsonObject) : null;
}
