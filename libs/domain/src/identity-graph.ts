/** What hangs together by edges that join any number of nodes each, and which edges not all can be true where two of the nodes are not one. */

export class Graph<Edge> {
  private readonly nodes = new Map<string, number>();
  private readonly edges: readonly Edge[];
  private readonly members: readonly (readonly number[])[];
  /** What hangs together, and without each of the edges, once it was asked for. */
  private readonly whole: readonly number[];
  private readonly without: (readonly number[] | undefined)[] = [];

  /** @param edges with the nodes of each */
  constructor(edges: ReadonlyMap<Edge, readonly string[]>) {
    this.edges = [...edges.keys()];
    this.members = [...edges.values()].map((nodes) => nodes.map((node) => this.numberOf(node)));
    this.whole = this.joined();
  }

  /** Of each node the first, by code points, of all that hang together with it. */
  roots(): ReadonlyMap<string, string> {
    const first = new Map<number, string>();
    const roots = new Map<string, string>();
    for (const [node, number] of [...this.nodes].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const root = this.whole[number] as number;
      if (!first.has(root)) first.set(root, node);
      roots.set(node, first.get(root) as string);
    }
    return roots;
  }

  /** A number that all edges have that hang together with it. */
  partOf(edge: Edge): number | undefined {
    return this.whole[this.members[this.edges.indexOf(edge)]?.[0] ?? -1];
  }

  /** Of these nodes the pairs that hang together. */
  pairsOf(nodes: readonly string[]): (readonly [string, string])[] {
    const known = nodes.filter((node) => this.nodes.has(node));
    return known.flatMap((a, at) => known.slice(at + 1).flatMap((b) => (this.labelOf(a) === this.labelOf(b) ? [[a, b] as const] : [])));
  }

  /**
   * Two nodes that hang together, and are not one: the edges of which at least one has to be false. These are those without which they would not hang
   * together, and those that join two nodes that hang together with them without it: on a way between them, or on a ring with one. What only
   * hangs on one node of theirs is not among them. Cost: a look at each node of each edge; once for all pairs the edges squared.
   */
  doubtsAbout(a: string, b: string): readonly Edge[] {
    const [from, to] = [this.nodes.get(a), this.nodes.get(b)];
    if (from === undefined || to === undefined) return [];
    return this.edges.filter((_, edge) => {
      const labels = (this.without[edge] ??= this.joined(edge));
      if (labels[from] !== labels[to]) return true;
      let held = 0;
      for (const node of this.members[edge] ?? []) if (labels[node] === labels[from]) held++;
      return held > 1;
    });
  }

  private labelOf(node: string): number | undefined {
    return this.whole[this.nodes.get(node) ?? -1];
  }

  private numberOf(node: string): number {
    const number = this.nodes.get(node) ?? this.nodes.size;
    this.nodes.set(node, number);
    return number;
  }

  /** Of each node a number that all have that hang together with it (union-find). */
  private joined(without?: number): readonly number[] {
    const parents = Array.from(this.nodes.values(), (_, number) => number);
    const rootOf = (node: number): number => {
      let root = node;
      while (parents[root] !== root) root = parents[root] as number;
      parents[node] = root;
      return root;
    };
    for (const [edge, [first, ...others]] of this.members.entries())
      if (edge !== without && first !== undefined) for (const node of others) parents[rootOf(node)] = rootOf(first);
    return parents.map((_, node) => rootOf(node));
  }
}
