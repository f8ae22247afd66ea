/** Families of the source kinds that case files use. The list of kinds is open: an unknown one is kept and has no family. */
import { asciiLower, asciiTrim, type SourceFamily } from '#lib/domain';

const KINDS_BY_FAMILY: Readonly<Record<SourceFamily, readonly string[]>> = {
  registry: [
    'registry',
    'vessel_registry',
    'company_registry',
    'vehicle_registry',
    'aircraft_registry',
    'land_registry',
    'beneficial_ownership_register',
    'manufacturer_record',
    'manufacturer_statement',
  ],
  trade: [
    'trade',
    'trade_record',
    'bill_of_lading',
    'invoice',
    'packing_list',
    'manifest',
    'insurance',
    'forwarder',
    'bank_record',
    'letter_of_credit',
  ],
  tracking: [
    'tracking',
    'ais',
    'ads_b',
    'cargo_tracking',
    'flight_tracking',
    'container_tracking',
    'vessel_tracking',
    'terminal_record',
    'port_records',
    'gps',
    'rfid',
    'telematics',
  ],
  customs: ['customs', 'customs_declaration', 'customs_record', 'border_record', 'seizure_record'],
  imagery: ['imagery', 'satellite_imagery', 'photograph', 'video', 'footage'],
  media: ['media', 'news', 'social_media', 'blog', 'broadcast'],
  official: ['official', 'un_report', 'government_report', 'court_record', 'sanctions_list', 'police_record', 'parliamentary_record'],
  tip: ['tip', 'whistleblower', 'informant', 'hotline'],
  analysis: ['analysis', 'research_report', 'ngo_report', 'assessment', 'expert_opinion'],
};

const families: ReadonlyMap<string, SourceFamily> = new Map(
  Object.entries(KINDS_BY_FAMILY).flatMap(([family, kinds]) => kinds.map((kind) => [kind, family as SourceFamily] as const)),
);

/** By the kind's words, however they are joined or cased: `Bill of Lading`, `bill-of-lading`, `bill_of_lading`. */
export const familyOf = (sourceKind: string): SourceFamily | undefined =>
  families.get(asciiLower(asciiTrim(sourceKind)).replace(/[ \t\r\n-]+/g, '_'));
