import { ROOT_ACTOR, type Actor, type Instant } from '#lib/domain';
import { encodeAccessRecord, readAccessRecord } from '#lib/ledger';
import { ReadNotes, type NotedEvent, type ReadRequest } from '#lib/runtime';
import { isDurable, recordsOf } from './read-records.ts';

const EVA: Actor = { ...ROOT_ACTOR, agency: 'customs', principal: 'eva', key: 'k1', via: 'key' };
const POINT = { origin: 'ledger.example/log', at: 1_700_000_000_000_000 as Instant, policy: 7 };

const event = (agency: string, id: string, tlp: string | null = 'GREEN'): NotedEvent => ({
  agency,
  id,
  tlp,
  namesPersons: false,
  items: () => [`imo:${id}`],
});
function read(note: (notes: ReadNotes) => void): ReadRequest {
  const notes = new ReadNotes().open();
  note(notes);
  return { operation: 'getTimeline', actor: EVA, requestId: 'r1', address: '192.0.2.7', behalf: 'kim', notes };
}

describe('records of a read', () => {
  it('tell the reader’s own agency all of it, and each other one who read its own, and nothing else', () => {
    const request = read((notes) => {
      for (const each of [event('customs', 'a'), event('coast', 'b', 'RED'), event('port', 'c')]) notes.event(each);
      notes.evidence.set('ab', 'coast');
    });
    const [own, coast, port, ...rest] = recordsOf(request, POINT);
    expect(rest).toEqual([]);
    expect(own).toMatchObject({
      tenant: 'customs',
      agency: 'customs',
      principal: 'eva',
      reader: { address: '192.0.2.7', key: 'k1', via: 'key', behalf: 'kim' },
      events: ['coast/b', 'customs/a', 'port/c'],
      items: ['imo:a', 'imo:b', 'imo:c'],
      evidence: ['ab'],
      tlp: 'RED',
      policy: 7,
      log: 'ledger.example/log/access',
    });
    expect(coast).toMatchObject({
      tenant: 'coast',
      principal: 'eva',
      reader: null,
      events: ['coast/b'],
      items: ['imo:b'],
      evidence: ['ab'],
    });
    expect(port).toMatchObject({ tenant: 'port', reader: null, events: ['port/c'], evidence: [], tlp: 'GREEN' });
    for (const other of [coast, port]) {
      const text = JSON.stringify(other);
      for (const hidden of ['192.0.2.7', 'k1', 'kim', 'customs/a']) expect([hidden, text.includes(hidden)]).toEqual([hidden, false]);
    }
    for (const record of recordsOf(request, POINT)) expect(readAccessRecord(encodeAccessRecord(record))).toEqual(record);
  });

  it('name what the answer named, and not what was read on the way', () => {
    const request = read((notes) => {
      for (const each of [event('customs', 'a'), event('customs', 'beyond')]) notes.event(each);
      notes.items.add('imo:a').add('imo:other');
      notes.showed({ events: new Map([['customs/a', ['imo:said']]]), items: new Set(), about: 'imo:a' });
    });
    expect(recordsOf(request, POINT)).toMatchObject([{ events: ['customs/a'], items: ['imo:a', 'imo:said'] }]);
    expect(request.notes.isRead).toBe(true);
    const unseen = read((notes) => {
      notes.event(event('customs', 'beyond'));
      notes.showed({ events: new Map(), items: new Set() });
    });
    expect(unseen.notes.isRead).toBe(false);
  });

  it('wait for the disk where something is TLP:RED, or is not known to be less', () => {
    expect(isDurable(read((notes) => notes.event(event('customs', 'a', 'AMBER+STRICT'))))).toBe(false);
    expect(isDurable(read((notes) => notes.event(event('customs', 'a', 'RED'))))).toBe(true);
    expect(isDurable(read((notes) => notes.event(event('customs', 'a', null))))).toBe(true);
    expect(isDurable(read((notes) => void notes.evidence.set('ab', 'customs')))).toBe(true);
  });
});
