type Receipt = import('../src/index.ts').CaptureReceipt;
type Rejection = import('../src/index.ts').Rejection;
type Envelope = import('../src/index.ts').Envelope;
type Place = { readonly group: string; readonly item: string; readonly n: number };

export function verifierKey(name: string, seed: Uint8Array): string;
export function note(signed: string, name: string, seed: Uint8Array): string;
export function receiptText(receipt: Receipt): string;
export function rejectionText(rejection: Rejection): string;
export function inclusion(origin: string, seed: Uint8Array, commitments: readonly string[], index: number): string;
export function sealedReceipt(
  envelope: Envelope,
  commitment: string,
  secret: string,
  index: number,
  proof: string,
  places: readonly Place[],
): string;
