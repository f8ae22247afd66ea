/** Numbered, forward only; a migration that was released is never edited: the next one mends it. */
import { Ledger } from './0001-ledger.ts';
import { Proof } from './0002-proof.ts';
import { Recorded } from './0003-recorded.ts';
import { Receipts } from './0005-receipts.ts';
import { Freeze } from './0006-freeze.ts';
import { WaitingHeads } from './0007-waiting-heads.ts';
import { PolicyActs } from './0008-policy.ts';
import { RowSecurity } from './0009-row-security.ts';
import { Evidence } from './0010-evidence.ts';
import { Audit } from './0011-audit.ts';
import { NamedPersons } from './0012-named-persons.ts';
import { AccessLog } from './0013-access-log.ts';
import { Sessions } from './0014-sessions.ts';
import { Markings } from './0016-markings.ts';
import { OwnWords } from './0017-own-words.ts';
import { Spoken } from './0018-spoken.ts';
import { KeyUses } from './0019-key-uses.ts';
import { ToldMarkings } from './0020-told-markings.ts';
import { IndexWalks } from './0021-index-walks.ts';
import { Approvals } from './0022-approvals.ts';
import { Claims } from './0023-claims.ts';
import { SightingKeys } from './0024-sighting-keys.ts';
import { Alerts } from './0025-alerts.ts';
import { Cases } from './0026-cases.ts';

export const MIGRATIONS = [
  Ledger,
  Proof,
  Recorded,
  Receipts,
  Freeze,
  WaitingHeads,
  PolicyActs,
  RowSecurity,
  Evidence,
  Audit,
  NamedPersons,
  AccessLog,
  Sessions,
  Markings,
  OwnWords,
  Spoken,
  KeyUses,
  ToldMarkings,
  IndexWalks,
  Approvals,
  Claims,
  SightingKeys,
  Alerts,
  Cases,
];
