/** Rows of the map's upper part: read back from any seal they give that seal's map, and none has to be read from the beginning. */
import { createHash } from 'node:crypto';
import { MapBuilder, UpperMap } from '#lib/ledger';
import { MapTileRows, WHOLE_TILE_EVERY } from './map-tile-rows.ts';

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

test('the last rows of each tile, up to a whole one, give the map as it was at each seal', () => {
  const map = new MapBuilder();
  const rows = new MapTileRows();
  const written: { seal: number; tile: number; changed: Uint8Array; kinds: Uint8Array; hashes: Uint8Array }[] = [];
  for (let seal = 0; seal < 3 * WHOLE_TILE_EVERY; seal++) {
    const key = Buffer.from(hashOf(`key ${seal % 40}`));
    // All in two tiles.
    key[0] = seal % 2;
    const update = map.update([{ key, n: 1 + seal, root: hashOf(`root ${seal}`) }]);
    for (const row of rows.of(update, map)) written.push({ seal, ...row });
    const back: UpperMap[] = [];
    for (const tile of [1, 2]) {
      const own = written.filter((row) => row.tile === tile);
      const whole = own.findLastIndex(({ changed }) => changed.every((byte) => byte === 0xff));
      expect(own.length === 0 || own.length - whole <= WHOLE_TILE_EVERY + 1).toBe(true);
      back.push((back.at(-1) ?? UpperMap.empty()).with(own.slice(Math.max(whole, 0)).map((row) => ({ ...row, prefix: tile - 1 }))));
    }
    expect(Buffer.from(back.at(-1)?.root() ?? []).equals(update.root)).toBe(true);
  }
  const counts = [0, 1, 2].map((tile) => written.filter((row) => row.tile === tile && row.kinds.length === 256).length);
  expect(counts).toEqual([3, 2, 2]);
});
