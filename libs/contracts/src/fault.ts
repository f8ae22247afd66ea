/** What is wrong with something submitted: a value, never thrown. One problem answer carries at most FAULTS_MAX of them. */
import type { ErrorCode } from './errors.ts';

export interface Fault {
  readonly code: ErrorCode;
  /** RFC 6901 pointer into the document; the empty pointer is the whole of it. */
  readonly pointer?: string;
  /** Byte offset, where the text is not JSON and has no pointers, or where reading stopped. */
  readonly offset?: number;
  /** The header that is refused, in lower case. */
  readonly header?: string;
  /** The query parameter that is refused. */
  readonly parameter?: string;
  /** Of a list or stream: which of its documents, from 0. */
  readonly row?: number;
  /** For the submitter, whose own words it may quote; never logged. */
  readonly detail: string;
  /** What would have been accepted. */
  readonly expected?: string;
}

/** Enough to mend a document in one go; bounds the answer that a hostile one can provoke. */
export const FAULTS_MAX = 20;

/** One reference token of RFC 6901. */
export const pointerToken = (name: string | number): string => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
