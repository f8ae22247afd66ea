/**
 * Replays a ledger against everything that was ever signed of it. Two parts, each with its own rate: what the log commits to (entries, tree,
 * tiles, item trees, item map, seals, checkpoints), and the events behind it (content, field trees, timeline rows).
 *
 * Reads on one connection, in the caller's transaction: begun as repeatable read it sees one moment, whoever writes beside it. Memory: the item
 * trees and the map (about 300 B an item), and a few megabytes.
 */
import { equalBytes, KEYS_TREE, type KeyNotice, mapKey, readNotice, type VerifierKey } from '#lib/ledger';
import { readAuditedLog, readLogBlocks, readTile, strayRows, type AuditedLog, type LogBlocks, type StoreClient } from '#lib/store';
import { AccessAudit } from './access-audit.ts';
import { ContentAudit } from './content-audit.ts';
import { difference, Findings, type AuditCode, type AuditFinding } from './findings.ts';
import { HeadKeys } from './head-keys.ts';
import { ItemAudit } from './item-audit.ts';
import { LogAudit, type ExpectedTile } from './log-audit.ts';
import type { Anchor, AuditPart, AuditReport, CheckedAnchor } from './report.ts';
import { SealAudit, sealRows } from './seal-audit.ts';

export interface AuditOptions {
  /** By which heads of the log are known. What the log says of its keys leads from them to former and later ones, each judged at the size that it signed. */
  readonly keys: readonly VerifierKey<'log'>[];
  /** Kept outside of this database. Read them before the transaction begins: a log that grows meanwhile is then not behind them. */
  readonly anchors?: readonly Anchor[];
  /** Default true: the events as well. */
  readonly content?: boolean;
  /** Checks that are not made: only to show what each is there for. */
  readonly without?: ReadonlySet<AuditCode>;
  onProgress?(part: 'commitments' | 'content', done: number, of: number): void;
  /** At once, in the order in which they are found. */
  onFinding?(finding: AuditFinding): void;
}

/** Entries read at a time, a multiple of a tile's 256: some megabytes. */
const PIECE = 8_192;
const TILE_BYTES = 8_192;

/** Rejects as the database does; whatever is stored in it is a finding at most. */
export async function audit(client: StoreClient, options: AuditOptions): Promise<AuditReport> {
  const log = await readAuditedLog(client);
  const findings = new Findings(options.without, options.onFinding);
  const commitments = new Commitments(client, log, findings, options);
  const first = await timed(() => commitments.run());
  const content = new ContentAudit(log, findings, new Set(commitments.tree.sealedLeaf.keys()), commitments.seals.times);
  const end = Math.max(log.size, log.end);
  const second =
    options.content === false
      ? null
      : await timed(() => content.run(client, end, (done) => options.onProgress?.('content', done, commitments.tree.seen.entries)));
  const { seals, tree, items } = commitments;
  const reads = new AccessAudit(client, log.origin, seals.reads, findings);
  await reads.run();
  const { signed } = commitments.keys;
  return {
    log: log.origin,
    size: end,
    sealed: commitments.sealed,
    signed,
    verdict: findings.total > 0 ? 'altered' : signed === 0 || signed < commitments.sealed ? 'unchecked' : 'verified',
    first: findings.first,
    counts: Object.fromEntries(findings.counts),
    findings: findings.listed,
    checked: {
      ...tree.seen,
      tiles: tree.seen.tiles + commitments.upperTiles,
      ...seals.seen,
      items: items.map.keys.size,
      itemLeaves: items.leaves,
      ...content.seen,
      ...reads.seen,
    },
    commitments: { count: end, ...first },
    content: second === null ? null : { count: content.seen.events, ...second },
    anchors: commitments.anchors,
    remarks: second === null ? [] : content.submitters.remarks(),
  };
}

async function timed(work: () => Promise<void>): Promise<Omit<AuditPart, 'count'>> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: (performance.now() - start) / 1_000, cpuSeconds: (user + system) / 1e6 };
}

class Commitments {
  readonly tree: LogAudit;
  readonly items: ItemAudit;
  readonly seals: SealAudit;
  readonly keys: HeadKeys;
  readonly anchors: CheckedAnchor[] = [];
  readonly sealed: number;
  upperTiles = 0;
  private readonly client: StoreClient;
  private readonly log: AuditedLog;
  private readonly findings: Findings;
  private readonly options: AuditOptions;
  /** By size, smallest first. */
  private readonly waiting: Anchor[];
  private covers = 0;

  constructor(client: StoreClient, log: AuditedLog, findings: Findings, options: AuditOptions) {
    this.client = client;
    this.log = log;
    this.findings = findings;
    this.options = options;
    const last = log.lastNotices.find(({ bytes }) => readNotice(bytes)?.kind === 'seal');
    this.sealed = Math.max(last === undefined ? 0 : last.logIndex + 1, log.sealed);
    this.tree = new LogAudit(findings, this.sealed);
    this.items = new ItemAudit(findings, this.tree.sealedLeaf, Buffer.from(mapKey(log.mapSalt, KEYS_TREE.group, KEYS_TREE.item)));
    this.keys = new HeadKeys(options.keys, log.origin);
    this.seals = new SealAudit(log, this.keys, this.sealed, findings);
    this.waiting = [...(options.anchors ?? [])].sort((a, b) => a.size - b.size);
  }

  async run(): Promise<void> {
    const end = Math.max(this.log.size, this.log.end, this.sealed);
    if (this.log.size !== this.log.end)
      this.findings.add({
        code: 'audit.head',
        table: 'ledger.head',
        key: { one: 'true' },
        logIndex: Math.min(this.log.size, this.log.end),
        ...difference(this.log.end, this.log.size),
        detail: 'The head of the log says another size than its entries have.',
      });
    const read = (from: number): Promise<LogBlocks> => {
      const blocks = readLogBlocks(this.client, from, Math.min(from + PIECE, end));
      // Read ahead: where the piece before it fails, nobody waits for this one.
      blocks.catch(() => undefined);
      return blocks;
    };
    let next = end > 0 ? read(0) : null;
    while (next !== null) {
      const blocks: LogBlocks = await next;
      next = blocks.to < end ? read(blocks.to) : null;
      const upper = this.piece(blocks);
      await this.compareUpper(upper);
      this.options.onProgress?.('commitments', blocks.to, end);
    }
    const { upper, levels } = this.tree.finish();
    await this.compareUpper(upper);
    for (const anchor of this.waiting) this.tooShort(anchor);
    for (const size of this.keys.waiting)
      this.findings.add({
        code: 'audit.checkpoint',
        table: 'proof.checkpoints',
        key: { size },
        logIndex: size - 1,
        detail: `The checkpoint ${size} is signed by keys that the log itself names alone: no head by a key that is known stands for what it says of them.`,
      });
    const items = this.items.map.keys.size;
    for (const { table, key } of await strayRows(this.client, { size: end, covers: this.covers, items, levels }))
      this.findings.add({
        code: 'audit.stray',
        table,
        key,
        logIndex: null,
        detail: 'This row stands outside of the log, or of what was sealed.',
      });
  }

  private piece(blocks: LogBlocks): ExpectedTile[] {
    const { from, to } = blocks;
    const { leaves, notices } = this.tree.hash(blocks);
    const rows = sealRows(blocks);
    const found = new Set<number>();
    const ofKeys = keyNotices(notices);
    for (const [index, key] of ofKeys) this.keys.say(index, key);
    if (from < this.sealed)
      this.items.add(
        blocks,
        leaves,
        ofKeys.map(([index]) => index),
      );
    for (let index = from; index < Math.min(to, this.sealed); index++) {
      this.tree.grow(index);
      const notice = notices.get(index);
      const seal =
        notice === undefined ? (rows.seals.size === 0 ? null : this.seals.lost(index, rows)) : this.seals.read(index, notice, rows);
      if (seal !== null) {
        found.add(index);
        this.covers = Math.max(this.covers, seal.covers);
        this.seals.checkMap(seal, this.items.cover(this.covers), this.items.map, rows);
        this.seals.checkHead(index + 1, rows, (root) => this.tree.settle(root));
      }
      if (this.waiting[0]?.size === index + 1) this.checkAnchors(index + 1);
    }
    for (const [index, notice] of notices) if (index >= this.sealed) this.seals.read(index, notice, rows);
    this.seals.checkRest(rows, found);
    return this.tree.takeUpper();
  }

  private checkAnchors(size: number): void {
    for (let anchor = this.waiting[0]; anchor?.size === size; anchor = this.waiting[0]) {
      this.waiting.shift();
      const { root: kept, ...told } = anchor;
      const { agrees, root } = this.tree.settle(kept);
      if (agrees && told.kind === 'pin') this.seals.checkKept(size, told.name);
      this.anchors.push({ ...told, outcome: agrees ? 'holds' : 'fork' });
      if (!agrees)
        this.findings.add({
          code: 'audit.fork',
          table: 'proof.checkpoints',
          key: { size },
          logIndex: size - 1,
          ...difference(kept, root),
          detail: `The first ${size} entries are not those whose head was kept in ${told.name}: it is another log, or this one was written anew.`,
        });
    }
  }

  private tooShort({ root: kept, ...told }: Anchor): void {
    if (told.size === 0 && equalBytes(kept, this.emptyRoot)) {
      this.anchors.push({ ...told, outcome: 'holds' });
      return;
    }
    this.anchors.push({ ...told, outcome: 'behind' });
    this.findings.add({
      code: 'audit.behind',
      table: 'ledger.head',
      key: { one: 'true' },
      logIndex: this.sealed,
      ...difference(told.size, this.sealed),
      detail: `A head of ${told.size} entries was kept in ${told.name}, and ${this.sealed} are sealed here: entries are gone, or this is an older copy.`,
    });
  }

  private readonly emptyRoot = new LogAudit(new Findings(), 0).tree.root();

  private async compareUpper(tiles: readonly ExpectedTile[]): Promise<void> {
    for (const { level, n, hashes, other } of tiles) {
      this.upperTiles += 1;
      const stored = await readTile(this.client, level, n, TILE_BYTES);
      if (stored !== null && (stored.equals(hashes) || (other !== null && stored.equals(other)))) continue;
      this.findings.add({
        code: 'audit.tile',
        table: 'proof.tiles',
        key: { level, n },
        logIndex: n * 256 ** (level + 1),
        detail:
          stored === null ? `The tile ${level}/${n} is not stored.` : `The tile ${level}/${n} is not what the tiles below it hash to.`,
      });
    }
  }
}

/** What the log says of its keys, by index: it concerns a list of its own, which no timeline has. */
function keyNotices(notices: ReadonlyMap<number, Buffer>): [number, KeyNotice][] {
  return [...notices]
    .flatMap(([index, bytes]): [number, KeyNotice][] => {
      const notice = readNotice(bytes);
      return notice?.kind === 'key' ? [[index, notice.key]] : [];
    })
    .sort(([a], [b]) => a - b);
}
