/** Sources: parsers from files of the field to sighting documents, and back. Pure. */
export { CASE_FORMAT, mapCaseLine, type CaseContext, type CaseMapping } from './case-file.ts';
export { exportCaseLines } from './case-export.ts';
export type { CaseFileHash } from './case-members.ts';
export { familyOf } from './source-families.ts';
