/** The order of a case's entries: a list in which each has one place, and what was taken out keeps its own, so that others can stand behind it. */

interface Node {
  readonly id: string;
  before: Node | undefined;
  behind: Node | undefined;
}

/** Where something is put: right behind an entry, or at either end. */
export type CasePlace = 'first' | 'last' | { readonly after: string };

/** Entries by id, in order. Every change costs the same, however long the list is. */
export class CaseOrder {
  readonly #nodes = new Map<string, Node>();
  #first: Node | undefined;
  #last: Node | undefined;

  has(id: string): boolean {
    return this.#nodes.has(id);
  }

  /** Puts one in that is not there yet. `place.after` has to be there. */
  add(id: string, place: CasePlace): void {
    const node: Node = { id, before: undefined, behind: undefined };
    this.#nodes.set(id, node);
    this.#link(node, place);
  }

  /** Puts one elsewhere that is there. Behind itself it stays where it is. */
  move(id: string, place: CasePlace): void {
    const node = this.#nodes.get(id);
    if (node === undefined || (typeof place === 'object' && place.after === id)) return;
    if (node.before === undefined) this.#first = node.behind;
    else node.before.behind = node.behind;
    if (node.behind === undefined) this.#last = node.before;
    else node.behind.before = node.before;
    this.#link(node, place);
  }

  ids(): string[] {
    const ids: string[] = [];
    for (let node = this.#first; node !== undefined; node = node.behind) ids.push(node.id);
    return ids;
  }

  #link(node: Node, place: CasePlace): void {
    node.before = place === 'first' ? undefined : place === 'last' ? this.#last : this.#nodes.get(place.after);
    node.behind = node.before === undefined ? this.#first : node.before.behind;
    if (node.before === undefined) this.#first = node;
    else node.before.behind = node;
    if (node.behind === undefined) this.#last = node;
    else node.behind.before = node;
  }
}
