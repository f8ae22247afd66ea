/**
 * Database roles. `owner` owns every table and runs migrations; an app connects as its own role, which owns nothing
 * (rights: migrations/0001-ledger.ts). Names in the database: `custody_owner`, `custody_capture`, ...
 */
export const APP_ROLES = ['capture', 'projector', 'gateway', 'operator', 'sealer', 'access', 'evidence'] as const;
export const ROLES = ['owner', ...APP_ROLES] as const;
export type AppRole = (typeof APP_ROLES)[number];
export type Role = (typeof ROLES)[number];

export const roleName = (role: Role): string => `custody_${role}`;
