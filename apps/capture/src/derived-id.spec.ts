import { derivedId } from './derived-id.ts';

const keyed = { agency: 'local', principal: 'operator', idempotencyKey: 'k-1' };

describe('the id that follows from an idempotency key', () => {
  it('is a UUID of version 8, the same each time', () => {
    const ids = Array.from({ length: 200 }, (_, row) => derivedId(keyed, row));
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids).toEqual(ids.map((_, row) => derivedId({ ...keyed }, row)));
    // Kept for ever: ids of another program version would double what is sent again across an update.
    expect(derivedId(keyed, 0)).toBe('a5028302-21f3-8300-a382-6b2ab4863073');
  });

  it('is another one for another place, key, principal or agency', () => {
    const others = [
      derivedId(keyed, 1),
      derivedId({ ...keyed, idempotencyKey: 'k-2' }, 0),
      derivedId({ ...keyed, principal: 'other' }, 0),
      derivedId({ ...keyed, agency: 'other' }, 0),
      // Parts do not run into each other.
      derivedId({ ...keyed, principal: 'operatork', idempotencyKey: '-1' }, 0),
    ];
    expect(new Set([derivedId(keyed, 0), ...others]).size).toBe(others.length + 1);
  });
});
