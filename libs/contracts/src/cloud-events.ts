/**
 * CloudEvents 1.0 in binary mode (Kafka protocol binding, section 3.2): the headers of a submitted sighting, written by capture and checked
 * by the projector. They let other consumers route without parsing; nothing is ever decided by them.
 */
import type { Fault } from './fault.ts';

export const SUBMITTED_TYPE = 'org.custodyledger.sighting.submitted.v1';
/** Of the whole value: header, line feed, content. */
export const RECORD_MEDIA_TYPE = 'application/vnd.custodyledger.record.v1';

/** What the value's header says; the headers are copies of it. */
export interface SubmittedRecord {
  readonly agency: string;
  readonly id: string;
  /** RFC 3339 UTC, six decimals. */
  readonly captured: string;
  /** The key, when it is an identifier: the first subject. */
  readonly subject?: string;
}

/** All headers but the publisher's MAC, which is computed over the value. */
export function submittedHeaders(record: SubmittedRecord & { readonly requestId: string }): Record<string, string> {
  return { ...copiesOf(record), 'custody-request': record.requestId };
}

/** Checked one by one in this order. */
function copiesOf(record: SubmittedRecord): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: record.id,
    ce_source: `/agencies/${record.agency}`,
    ce_type: SUBMITTED_TYPE,
    ce_time: record.captured,
    'content-type': RECORD_MEDIA_TYPE,
    ...(record.subject === undefined ? {} : { ce_subject: record.subject }),
  };
}

/**
 * The first header, as read, that is missing or is not what the value itself states; `null`: all copies are there and equal. `ce_subject`
 * is compared where the caller gives the subject. Headers of other names are ignored. Cost: about 1 µs.
 */
export function checkHeaders(headers: Readonly<Record<string, Buffer>>, record: SubmittedRecord): Fault | null {
  const copies = copiesOf(record);
  for (const name in copies) {
    if (headers[name]?.toString('utf8') !== copies[name]) {
      return { code: 'record.header-mismatch', detail: `The header ${name} is not what the value says.` };
    }
  }
  return null;
}
