/** Which event stands at a log index, for whoever names one by it: the first of the stream from there, if it is that one. */
import { STREAM_END, type StreamedEvent, StreamReader } from '#lib/contracts';
import type { EventRef } from '#lib/domain';
import { type Client, problemError } from '../client.ts';
import { CommandError, EXIT } from '../exit-codes.ts';

/** Throws `event.not-found`: there is none, or none that he may see. */
export async function eventAt(client: Client, logIndex: number): Promise<EventRef> {
  const response = await client.open(`/v1/stream?${new URLSearchParams({ since: `log:${logIndex}`, until: 'now' }).toString()}`);
  if (!response.ok || response.body === null) throw await problemError(response);
  const reader = new StreamReader();
  const decoder = new TextDecoder();
  const bytes = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await bytes.read();
      const said = done ? [] : reader.push(decoder.decode(value, { stream: true }));
      const message = said.find(({ data }) => data !== undefined);
      if (message === undefined && !done) continue;
      const event =
        message?.event === STREAM_END || message?.data === undefined ? undefined : (JSON.parse(message.data) as StreamedEvent).event;
      if (event?.logIndex === logIndex) return { agency: event.agency, id: event.id };
      throw new CommandError(EXIT.notFound, 'event.not-found', `No event that you may see stands at ${logIndex}.`);
    }
  } finally {
    void bytes.cancel().catch(() => undefined);
  }
}
