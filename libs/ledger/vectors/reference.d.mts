type Json = import('../src/index.ts').JsonValue;
type Document = import('../src/index.ts').SightingDocumentLike;
type Envelope = import('../src/index.ts').Envelope;
type MapItem = { readonly key: Uint8Array; readonly n: bigint; readonly root: Uint8Array };
type Header = import('../src/index.ts').RecordHeader;

export function jcs(value: Json): string;
export function merkleRoot(leafHashes: readonly Buffer[]): Buffer;
export function slotValues(envelope: Envelope, document: Document): (Json | undefined)[];
export function slotLeaf(secret: Uint8Array, slot: number, value: Json | undefined): Buffer;
export function elementLeaf(secret: Uint8Array, slot: number, n: number, value: Json | undefined): Buffer;
export function leaves(envelope: Envelope, document: Document, secret: Uint8Array): { slots: string[]; elements: Record<string, string[]> };
export function commitment(envelope: Envelope, document: Document, secret: Uint8Array): string;
export function entry(commitmentHex: string): { data: string; leafHash: string };
export function mapKey(salt: Uint8Array, group: string, identifier: string): string;
export function mapRoot(entries: readonly MapItem[], depth?: number): Buffer;
export function mapPath(
  entries: readonly MapItem[],
  key: Uint8Array,
  depth?: number,
): { siblings: (Buffer | null)[]; end: MapItem | null };
export function itemLeaf(index: bigint, leafHash: Uint8Array): Buffer;
export function record(header: Header, content: Uint8Array): Buffer;
export function recordMac(key: Uint8Array, header: Header, value: Uint8Array): string;
export function opening(envelope: Envelope, document: Document, secret: Uint8Array, choice: import('../src/index.ts').OpeningChoice): string;
