/**
 * The access log against what the seals name of it: each record is what its entry commits to, what stands beside it is what it says, and the
 * records up to each head that was sealed hash to that head. Memory: its tiles, 33 bytes a record.
 */
import { accessCommitment, accessLogName, entryLeafLatin1, equalBytes, readAccessRecord, TileBuilder } from '#lib/ledger';
import { accessSize, auditedAccessTiles, auditedReads, type AuditedRead, type StoreClient } from '#lib/store';
import { difference, type Findings } from './findings.ts';

/** What a seal says of the access log. */
export interface SealedReads {
  /** Of the seal. */
  readonly logIndex: number;
  readonly size: number;
  readonly root: Uint8Array;
}

const HASH_BYTES = 32;

export class AccessAudit {
  readonly seen = { reads: 0 };
  private readonly client: StoreClient;
  private readonly findings: Findings;
  private readonly name: string;
  private readonly tree = new TileBuilder();
  /** Of each level all hashes up to the last head that was sealed. */
  private readonly tiles = new Map<string, Buffer>();
  /** Smallest first: one for each seal, however many name the same. */
  private readonly heads: readonly SealedReads[];
  /** So many of them are reached. */
  private reached = 0;
  private readonly sealed: number;
  private isLost = false;

  /** @param heads as the seals name them, in their order; none is smaller than one before */
  constructor(client: StoreClient, origin: string, heads: readonly SealedReads[], findings: Findings) {
    this.client = client;
    this.findings = findings;
    this.name = accessLogName(origin);
    this.heads = heads;
    this.sealed = heads.at(-1)?.size ?? 0;
  }

  async run(): Promise<void> {
    let next = 0;
    for await (const rows of auditedReads(this.client)) {
      for (const row of rows) {
        if (row.n !== next) this.report(next, `The access log has no record ${next}: it was removed, or never was.`);
        next = row.n + 1;
        this.check(row);
        this.grow(row);
      }
    }
    this.seen.reads = next;
    const first = this.heads[this.reached];
    if (first !== undefined && !this.isLost)
      this.report(next, `The access log has ${next} records, and the seal ${first.logIndex} stands over ${first.size}: the last are gone.`);
    const size = await accessSize(this.client);
    if (size !== next)
      this.findings.add({
        code: 'audit.head',
        table: 'access.head',
        key: { one: 'true' },
        logIndex: null,
        ...difference(next, size),
        detail: 'The head of the access log says another size than it has records.',
      });
    await this.compareTiles();
  }

  private check(row: AuditedRead): void {
    const record = readAccessRecord(row.bytes);
    if (row.secret.length !== HASH_BYTES || !equalBytes(accessCommitment(row.secret, row.bytes), row.commitment))
      this.report(row.n, `The record ${row.n} of the access log is not what its entry commits to: it was altered.`);
    else if (record === null || record.log !== this.name)
      this.report(row.n, `The record ${row.n} is none that this version makes for this access log.`);
    else if (!isBeside(row, record)) this.report(row.n, `What stands beside the record ${row.n} is not what the record says.`);
  }

  /** A gap has no hash to grow on: what was sealed over it is told by the first head that does not come out. */
  private grow({ n, commitment }: AuditedRead): void {
    this.tree.append(
      entryLeafLatin1(
        commitment
          .toString('hex')
          .padStart(2 * HASH_BYTES, '0')
          .slice(0, 2 * HASH_BYTES),
      ),
    );
    if (n < this.sealed) this.keepTiles(n + 1 === this.sealed);
    const size = Number(this.tree.size);
    let own: Uint8Array | undefined;
    for (let head = this.heads[this.reached]; head !== undefined && head.size <= size; head = this.heads[++this.reached])
      if (head.size === size) this.checkHead(head, (own ??= this.tree.root()));
  }

  private checkHead({ logIndex, size, root }: SealedReads, own: Uint8Array): void {
    if (this.isLost || equalBytes(own, root)) return;
    this.isLost = true;
    this.findings.add({
      code: 'audit.access-root',
      table: 'access.reads',
      key: { n: size - 1 },
      logIndex,
      ...difference(root, own),
      detail: `The first ${size} records of the access log do not hash to what the seal ${logIndex} names: one of them was altered.`,
    });
  }

  private keepTiles(isLast: boolean): void {
    if (Number(this.tree.size) % 256 !== 0 && !isLast) return;
    for (const { level, index, hashes } of this.tree.takeGrown()) this.tiles.set(`${level}/${index}`, Buffer.from(hashes));
  }

  /** Where a head did not come out the tiles are another record's, and what they differ in is told by it. */
  private async compareTiles(): Promise<void> {
    if (this.isLost) return;
    const stored = new Map((await auditedAccessTiles(this.client)).map(({ level, n, hashes }) => [`${level}/${n}`, hashes]));
    for (const [name, hashes] of this.tiles)
      if (stored.get(name)?.equals(hashes) !== true) this.reportTile(name, 'is not what the records hash to');
    for (const name of stored.keys()) if (!this.tiles.has(name)) this.reportTile(name, 'stands outside of what was sealed');
  }

  private reportTile(name: string, what: string): void {
    const [level = '', n = ''] = name.split('/');
    this.findings.add({
      code: 'audit.access-tile',
      table: 'proof.access_tiles',
      key: { level: Number(level), n: Number(n) },
      logIndex: null,
      detail: `The tile ${name} of the access log ${what}.`,
    });
  }

  private report(n: number, detail: string): void {
    this.findings.add({ code: 'audit.access-record', table: 'access.reads', key: { n }, logIndex: null, detail });
  }
}

function isBeside(row: AuditedRead, record: NonNullable<ReturnType<typeof readAccessRecord>>): boolean {
  const said = [record.tenant, record.agency, record.principal, record.items, record.evidence];
  const stored = [row.tenant, row.agency, row.principal, row.items, row.evidence];
  return JSON.stringify(said) === JSON.stringify(stored);
}
