import { checkRecords } from './read-records.ts';

test('reads whose records are not there, or that left some where none belongs, are an error and no figure', () => {
  checkRecords(20, 10);
  for (const found of [0, 10, 19, 30]) expect(() => checkRecords(found, 10)).toThrow(`left ${found} records`);
});
