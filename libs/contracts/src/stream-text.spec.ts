import { EXAMPLES } from './examples.ts';
import { STREAM_END, STREAM_HEARTBEAT, streamBegin, streamedText, streamEnd, streamEndText, StreamReader } from './stream-text.ts';

const TEXT =
  streamBegin('a') +
  STREAM_HEARTBEAT +
  streamedText('b', EXAMPLES.StreamedEvent) +
  STREAM_HEARTBEAT +
  streamedText('c', EXAMPLES.StreamedEvent) +
  streamEndText(streamEnd('stream.slow'));
const data = JSON.stringify(EXAMPLES.StreamedEvent);
const MESSAGES = [
  { id: 'a' },
  { id: 'b', event: 'aggregation', data },
  { id: 'c', event: 'aggregation', data },
  { id: 'c', event: STREAM_END, data: JSON.stringify(streamEnd('stream.slow')) },
];

describe('a stream as text', () => {
  it.each([1, 2, 3, 7, 64, 10_000])('is read as it was written, in pieces of %d characters', (length) => {
    const reader = new StreamReader();
    const read = [];
    for (let at = 0; at < TEXT.length; at += length) read.push(...reader.push(TEXT.slice(at, at + length)));
    expect(read).toEqual(MESSAGES);
  });

  it('gives no message that is not whole', () => {
    expect(new StreamReader().push(TEXT.slice(0, -1))).toEqual(MESSAGES.slice(0, -1));
  });

  it('that never ends a message is refused before it fills the memory', () => {
    const reader = new StreamReader();
    expect(() => {
      for (let n = 0; n < 20; n++) reader.push('x'.repeat(1024 * 1024));
    }).toThrow(RangeError);
  });

  it('has every event on one line, whatever it says', () => {
    const { event } = EXAMPLES.StreamedEvent;
    const said = {
      ...EXAMPLES.StreamedEvent,
      event: { ...event, document: { ...event.document, statement: 'a\n\nid: forged\r\ndata: {}' } },
    };
    const read = new StreamReader().push(streamedText('d', said));
    expect(read).toEqual([{ id: 'd', event: 'aggregation', data: JSON.stringify(said) }]);
  });
});
