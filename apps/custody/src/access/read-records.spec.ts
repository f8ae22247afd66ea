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
      notes.items.add('imo:other');
      notes.showed({ events: new Map(), items: new Set() });
    });
    expect(unseen.notes.isRead).toBe(false);
  });

  it('are of an answer that names no event the item that it is about, and of one that tells how many there are that there was a read', () => {
    const none = { events: new Map(), items: new Set<string>() };
    const about = read((notes) => {
      notes.event(event('customs', 'a'));
      notes.showed({ ...none, about: 'imo:a' });
    });
    expect(about.notes.isRead).toBe(true);
    expect(recordsOf(about, POINT)).toMatchObject([{ events: [], items: ['imo:a'], tlp: null }]);
    const counted = read((notes) => {
      notes.event(event('customs', 'a'));
      notes.showed({ ...none, tellsOfMore: true });
    });
    expect(counted.notes.isRead).toBe(true);
    expect(recordsOf(counted, POINT)).toMatchObject([{ events: [], items: [], tlp: null }]);
    // Everybody is told the same.
    const clear = read((notes) => notes.showed({ ...none, about: 'imo:a', tellsOfMore: true }));
    expect(clear.notes.isRead).toBe(false);
  });

  it('say the policy by which the answer was made, and where it rests on no marking that of the grants', () => {
    const grants = read((notes) => (notes.isOther = true));
    const marked = read((notes) => {
      notes.isOther = true;
      notes.policy = 19;
    });
    expect([grants, marked].map((request) => recordsOf(request, POINT)[0]?.policy)).toEqual([7, 19]);
  });

  it('say the highest label of all that was shown, and none where it is not known of all', () => {
    const labelOf = (note: (notes: ReadNotes) => void) => recordsOf(read(note), POINT)[0]?.tlp;
    const green = (notes: ReadNotes): void => notes.event(event('customs', 'a', 'GREEN'));
    expect(labelOf((notes) => (green(notes), notes.event(event('customs', 'b', 'AMBER'))))).toBe('AMBER');
    for (const more of [
      (notes: ReadNotes) => notes.event(event('customs', 'b', null)),
      (notes: ReadNotes) => notes.items.add('imo:b'),
      (notes: ReadNotes) => notes.evidence.set('ab', 'customs'),
      (notes: ReadNotes) => notes.deadLetters.add(1),
      (notes: ReadNotes) => (notes.isOther = true),
    ])
      expect(labelOf((notes) => (green(notes), more(notes)))).toBeNull();
    expect(labelOf((notes) => (notes.event(event('customs', 'b', null)), notes.event(event('customs', 'r', 'RED'))))).toBe('RED');
  });

  it('wait for the disk where something is TLP:RED, or is not known to be less', () => {
    expect(isDurable(read((notes) => notes.event(event('customs', 'a', 'AMBER+STRICT'))))).toBe(false);
    expect(isDurable(read((notes) => notes.event(event('customs', 'a', 'RED'))))).toBe(true);
    expect(isDurable(read((notes) => notes.event(event('customs', 'a', null))))).toBe(true);
    expect(isDurable(read((notes) => void notes.evidence.set('ab', 'customs')))).toBe(true);
    // Of what search finds, of a number, and of what has no name here nobody knows how it is marked.
    expect(isDurable(read((notes) => void notes.items.add('imo:a')))).toBe(true);
    expect(isDurable(read((notes) => (notes.isOther = true)))).toBe(true);
    // An item that is told of by events is marked as they are.
    const about = (tlp: string) => (notes: ReadNotes) => {
      notes.event(event('customs', 'a', 'GREEN'));
      notes.event(event('customs', 'beyond', tlp));
      notes.showed({ events: new Map([['customs/a', []]]), items: new Set(['imo:a']), about: 'imo:a', tellsOfMore: true });
    };
    expect(isDurable(read(about('GREEN')))).toBe(false);
    expect(isDurable(read(about('RED')))).toBe(true);
  });
});
