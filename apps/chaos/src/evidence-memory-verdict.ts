/** What the memory of large files comes to. Pure. */

const MIB = 1024 * 1024;
/** What a file of whatever size may take beyond a small one. */
export const EXTRA_BYTES_MAX = 64 * MIB;

/** Of one process, on one way of one file. */
export interface Extra {
  readonly who: 'server' | 'command';
  readonly way: 'upload' | 'download';
  /** Of the file. */
  readonly bytes: number;
  /** Most that was resident on the way, beyond what was before (server), or what a small file takes (command). */
  readonly extraBytes: number;
  readonly ms: number;
}

/** Sentences that say why it does not hold: each of the product is below the bound, each of the control is not. */
export function memoryProblems(product: readonly Extra[], control: readonly Extra[]): string[] {
  const named = ({ who, way, bytes, extraBytes }: Extra): string => `${who}, ${way} of ${bytes} bytes: ${extraBytes} bytes more in memory`;
  return [
    ...product.flatMap((extra) => (extra.extraBytes < EXTRA_BYTES_MAX ? [] : [`${named(extra)}, not below ${EXTRA_BYTES_MAX}`])),
    ...(control.length === 0 ? ['there is no control'] : []),
    ...control.flatMap((extra) =>
      extra.extraBytes >= EXTRA_BYTES_MAX ? [] : [`a program that holds the file does not show: ${named(extra)}`],
    ),
  ];
}
