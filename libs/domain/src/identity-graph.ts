/** What hangs together by edges that join any number of nodes each. Small: the caller bounds nodes and edges. */

/** Nodes of each edge. */
export type Edges<Edge> = ReadonlyMap<Edge, readonly string[]>;

/** All that hangs together with `node`, itself included. */
export function connectedTo<Edge>(node: string, edges: Edges<Edge>, without?: Edge): ReadonlySet<string> {
  const reached = new Set([node]);
  // A set hands out what is added while it is walked.
  for (const each of reached)
    for (const [edge, nodes] of edges) if (edge !== without && nodes.includes(each)) for (const next of nodes) reached.add(next);
  return reached;
}

/**
 * Two nodes that hang together, and are not one: the edges of which at least one has to be false. These are those without which they would not hang
 * together, and those that join two nodes that hang together with them without it: on a way between them, or on a ring with one. What only
 * hangs on one node of theirs is not among them. Cost: edges squared.
 */
export function doubtsAbout<Edge>(edges: Edges<Edge>, a: string, b: string): Edge[] {
  return [...edges.keys()].filter((edge) => {
    const without = connectedTo(a, edges, edge);
    return !without.has(b) || (edges.get(edge) ?? []).filter((node) => without.has(node)).length > 1;
  });
}

/** Of each node that is named the first, by code points, of all that hang together with it. */
export function rootsOf<Edge>(edges: Edges<Edge>): ReadonlyMap<string, string> {
  const roots = new Map<string, string>();
  for (const node of [...new Set([...edges.values()].flat())].sort())
    if (!roots.has(node)) for (const each of connectedTo(node, edges)) roots.set(each, node);
  return roots;
}
