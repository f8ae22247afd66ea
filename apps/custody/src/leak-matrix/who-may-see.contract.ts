/**
 * Who may see what, from the words of the design and from nothing else: no line of the product's own rules is asked here, nor of what they
 * are made of (reader groups, their numbers, contexts).
 */

/** As an author writes it. */
export interface Said {
  readonly tlp: 'CLEAR' | 'GREEN' | 'AMBER' | 'AMBER+STRICT' | 'RED';
  readonly community?: string;
  readonly agencies?: string[];
  readonly principals?: string[];
}

/** What somebody is let do. */
export type Role = 'contributor' | 'investigator' | 'auditor' | 'partner' | 'operator' | 'admin';

/** Whoever asks. */
export interface Asker {
  readonly name: string;
  /** Null: nobody in particular. */
  readonly agency: string | null;
  readonly person: string;
  readonly role: Role | null;
  /** Of his agency. */
  readonly communities: readonly string[];
}

/** "CLEAR is everybody's, GREEN that of every authenticated agency, or of a named community; else the owner's and that of each agency that is named." */
export function maySee(asker: Asker, { owner, author }: { readonly owner: string; readonly author: string }, now: Said): boolean {
  if (now.tlp === 'CLEAR') return true;
  if (asker.agency === null) return false;
  if (now.tlp === 'GREEN' && now.community === undefined) return true;
  if (now.tlp === 'GREEN') return asker.agency === owner || asker.communities.includes(now.community ?? '');
  const isOfThem = asker.agency === owner || (now.agencies ?? []).includes(asker.agency);
  const { principals = [] } = now;
  if (now.tlp !== 'RED' || principals.length === 0) return isOfThem;
  // "RED also names principals": a name alone, or of one agency. Who wrote it has it.
  const isHe = asker.agency === owner && asker.person === author;
  return isOfThem && (isHe || principals.includes(asker.person) || principals.includes(`${asker.agency}/${asker.person}`));
}

/** Whom an operation answers. */
export type For = 'everybody' | 'known' | readonly Role[];

/** A role says what somebody may do, and nothing of what he then sees. */
export function mayAsk({ agency, role }: Asker, whom: For): boolean {
  if (whom === 'everybody') return true;
  if (agency === null || role === null) return false;
  return whom === 'known' || whom.includes(role);
}
