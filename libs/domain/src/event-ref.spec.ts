import fc from 'fast-check';
import { compareRef, displayGrade, formatRef, parseGrade, parseRef } from './index.ts';

test('a reference is an id of the same agency, or agency and id', () => {
  expect(parseRef('lux-0022', 'local')).toEqual({ ok: true, value: { agency: 'local', id: 'lux-0022' } });
  expect(parseRef('beta/A:1._-', 'local')).toEqual({ ok: true, value: { agency: 'beta', id: 'A:1._-' } });
});

test.each(['', '/', 'a/', '/a', 'a/b/c', 'Beta/a', '-a/b', 'a b', 'ä', `${'a'.repeat(65)}/x`, 'x'.repeat(129), 'a/../b', 'a\n'])(
  '%j is refused',
  (text) => {
    expect(parseRef(text, 'local')).toMatchObject({ ok: false, code: 'ref.malformed' });
  },
);

test('references are ordered by agency, then id, as their UTF-8 bytes are', () => {
  const ref = fc.record({ agency: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,3}$/), id: fc.stringMatching(/^[A-Za-z0-9._:-]{1,4}$/) });
  fc.assert(
    fc.property(ref, ref, (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a.agency), Buffer.from(b.agency)) || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));
      expect(compareRef(a, b)).toBe(bytes);
      expect(parseRef(formatRef(a), 'other')).toEqual({ ok: true, value: a });
    }),
  );
});

test('a grade is told in words', () => {
  expect(displayGrade('B2')).toBe('B2: usually reliable, probably true');
  expect(displayGrade('F6')).toBe('F6: reliability cannot be judged, truth cannot be judged');
  expect(displayGrade(undefined)).toBe('not graded');
  for (const bad of ['', 'b2', 'G1', 'A0', 'A7', 'A1 ', 'A12'])
    expect(parseGrade(bad)).toMatchObject({ ok: false, code: 'grade.malformed' });
});
