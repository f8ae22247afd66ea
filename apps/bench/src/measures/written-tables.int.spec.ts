/** (b) copies what (a) writes: every table that the projector fills for sightings of the bench. */
import { decodeBatch } from '#app/projector';
import { aliasKeys, searchKeys } from '#lib/domain';
import { projectBatch } from '#lib/store';
import { testDatabase, type TestDatabase } from '../../../../libs/store/test-database.ts';
import { AGENCY, recordOf } from '../../../chaos/src/records.ts';
import { PUBLISHER_KEY } from '../../../chaos/src/scene.ts';
import { sightings } from '../documents.ts';
import { withClient } from '../servers.ts';
import { filledTables, writtenTables } from './written-tables.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
}, 30_000);
afterEach(() => database.drop());

test('what is copied are the rows of the entry, of its timeline, of search, of the audit view, of its evidence, of what is open, and no offset', async () => {
  const empty = await withClient(database.url, filledTables);
  const records = [...sightings({ seed: 1, count: 20, items: 5, itemsPerSighting: 3 })].map((document, offset) => {
    const { key, value, headers } = recordOf(document);
    return { offset, key, value, headers: headers as Record<string, string> };
  });
  const { events, dead } = decodeBatch(records, new Map([[AGENCY, [PUBLISHER_KEY]]]));
  expect(dead).toEqual([]);
  const partition = { clusterId: 'c', topicId: 't', topic: 'sightings', partition: 0 };
  await projectBatch(database.pool('projector'), partition, 0, records.length, events, [], {
    keys: { ofItem: searchKeys, ofAlias: aliasKeys },
  });
  expect(writtenTables(empty, await withClient(database.url, filledTables))).toEqual([
    'audit',
    'content',
    'entries',
    'evidence_refs',
    'open_points',
    'reader_groups',
    'search_keys',
    'sighting_keys',
    'timeline',
  ]);
});
