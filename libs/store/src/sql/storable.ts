/** What is asked for may be any text; one with NUL is nowhere in the ledger, and the database would refuse the question (22021). */
export const isStorable = (text: string): boolean => !text.includes('\0');

/** The identity of an event. */
export interface Ref {
  readonly agency: string;
  readonly id: string;
}

/** Each once, without those that cannot be anywhere. */
export function storableRefs(refs: readonly Ref[]): Ref[] {
  const asked = new Map<string, Ref>();
  for (const ref of refs) if (isStorable(ref.agency) && isStorable(ref.id)) asked.set(`${ref.agency}/${ref.id}`, ref);
  return [...asked.values()];
}
