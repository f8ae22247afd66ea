/** Sources: parsers from files of the field to sighting documents, and back. Pure. */
export { CASE_FORMAT, mapCaseLine, type CaseContext, type CaseMapping } from './case-file.ts';
export { caseOrder, type CaseOrder, compareCaseOrder, exportCaseLine, type ExportedLine } from './case-export.ts';
export { isMadeFrom } from './kept-line.ts';
export { pointerIntoLine } from './case-pointers.ts';
export { authorWithoutTime, citedWithoutHash, type CitedDocument } from './case-remainder.ts';
export type { CaseFileHash } from './case-members.ts';
export { familyOf } from './source-families.ts';
export {
  readTrackCsv,
  readTrackCsvInTurns,
  TRACK_FAULTS_MAX,
  TRACK_RECORDS_MAX,
  type NoTrack,
  type ReadTrack,
  type TrackFault,
  type TrackReading,
  type TrackRow,
} from './track-csv.ts';
