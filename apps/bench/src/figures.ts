/** How figures are written for people: every name that a measure gives, with its unit. */
/** One run of one measure: named figures, units last in the name (`perSecond`, `micros`, `bytes`, `megabytes`). */
export type Figures = Readonly<Record<string, number>>;

const MEGABYTE = 1e6;
const MILLI = 1000;

const micros = (what: string) => (value: number) => `${what} ${significant(value)} µs`;
const millis = (what: string) => (value: number) => `${what} ${significant(value / MILLI)} ms`;
const bytes = (what: string) => (value: number) => `${what} ${significant(value)} B`;

const SHOWN: Readonly<Record<string, (value: number) => string>> = {
  eventsPerSecond: (value) => `**${significant(value)} events/s**`,
  eventsPerCoreSecond: (value) => `**${significant(value)} events per second of CPU**`,
  entriesPerSecond: (value) => `**${significant(value)} entries/s**`,
  checkpointedPerSecond: (value) => `**${significant(value)} checkpointed entries/s**`,
  durablePerSecond: (value) => `durable ${significant(value)}/s`,
  commitmentsPerCoreSecond: (value) => `**${significant(value)} entries** from commitments`,
  contentPerCoreSecond: (value) => `**${significant(value)} events** from content per second of CPU`,
  commitmentsPerSecond: (value) => `${significant(value)}`,
  contentPerSecond: (value) => `${significant(value)} per second of time`,
  recordsPerSecond: (value) => `**${significant(value)} records/s**`,
  appendedPerSecond: (value) => `appended ${significant(value)}/s`,
  workerMicrosPerEvent: micros('CPU an event: process'),
  postgresMicrosPerEvent: micros('Postgres'),
  brokerMicrosPerEvent: micros('broker'),
  sealerMicrosPerEvent: micros('of it the sealer'),
  cpuMicrosPerEvent: micros('CPU an event'),
  workerMicrosPerEntry: micros('CPU an entry: process'),
  mapMicrosPerEntry: micros('of it the map'),
  postgresMicrosPerEntry: micros('Postgres'),
  cpuMicrosPerEntry: micros('CPU an entry, of all processes'),
  openSeconds: (value) => `start ${significant(value)} s`,
  entryBytes: bytes('entry'),
  wallMicrosPerEvent: micros('wall'),
  producerMicrosPerRecord: micros('CPU a record: producer'),
  consumerMicrosPerRecord: micros('consumer'),
  serverMicrosPerRecord: micros('servers'),
  peakRssBytes: (value) => `peak ${significant(value / MEGABYTE)} MB`,
  secondQuarterBytes: (value) => `median of the second quarter ${significant(value / MEGABYTE)} MB`,
  lastQuarterBytes: (value) => `of the last ${significant(value / MEGABYTE)} MB`,
  lastToSecondQuarter: (value) => `last quarter of the run ${significant(value)} of the second`,
  inclusionP50Micros: millis('inclusion of an event p50'),
  inclusionP99Micros: millis('p99'),
  shortItemP50Micros: millis('item of a few entries p50'),
  shortItemP99Micros: millis('p99'),
  itemP50Micros: millis('item of 200 p50'),
  itemP99Micros: millis('p99'),
  stretchP50Micros: millis('stretch of 1,400 p50'),
  stretchP99Micros: millis('p99'),
  itemProofBytes: bytes('completeness proof without its entries'),
  bytesPerInclusion: bytes("an event's place in the log"),
  stretchBytesPerEntry: bytes('an entry of a stretch'),
  stretchMicrosPerEntry: micros('an entry of a stretch'),
  verifyCommandSeconds: (value) => `bundle of 200 verified in ${significant(value)} s`,
  bareP50Micros: millis('bare SQL p50'),
  bareP99Micros: millis('p99'),
  storeP50Micros: millis('store p50'),
  storeP99Micros: millis('p99'),
  openP50Micros: millis('the same without policies p50'),
  openP99Micros: millis('p99'),
  httpP50Micros: millis('HTTP p50'),
  httpP99Micros: millis('p99'),
  uploadedBytesPerSecond: (value) => `**up ${significant(value / MEGABYTE)} MB/s**`,
  downloadedBytesPerSecond: (value) => `**down ${significant(value / MEGABYTE)} MB/s**`,
  copiedBytesPerSecond: (value) => `cp + sha256sum ${significant(value / MEGABYTE)} MB/s`,
  policedMicrosPerEvent: micros('an event under row policies'),
  openMicrosPerEvent: micros('without'),
  unrecordedP50Micros: millis('no record p50'),
  unrecordedP99Micros: millis('p99'),
  recordedP50Micros: millis('a record p50'),
  recordedP99Micros: millis('p99'),
  durableP50Micros: millis('a record on the disk p50'),
  durableP99Micros: millis('p99'),
  firstP50Micros: millis('asked for the first time p50'),
  firstP95Micros: millis('p95'),
  firstCpuMicros: millis('of it CPU of the gateway'),
  againP50Micros: millis('again p50'),
  againP95Micros: millis('p95'),
  asOfLogP50Micros: millis('as of a log size p50'),
  asOfLogP95Micros: millis('p95'),
  asOfRecordedP50Micros: millis('as recorded by a time p50'),
  asOfRecordedP95Micros: millis('p95'),
  asOfReportedP50Micros: millis('as reported by a time p50'),
  asOfReportedP95Micros: millis('p95'),
  answerBytes: bytes('an answer of'),
  recordsCheckedPerSecond: (value) => `**${significant(value)} records/s**, each journey once`,
  checksPerSecond: (value) => `**${significant(value)} checks/s**, a journey after each of its sightings`,
  recordsPerJourney: (value) => `${significant(value)} records a journey`,
  storedBytesPerEvent: (value) => `**${significant(value)} B stored**`,
  eventBytes: bytes('event'),
  valueBytes: bytes('record of the event log'),
  entriesBytesPerEvent: bytes('entries'),
  contentBytesPerEvent: bytes('content'),
  timelineBytesPerEvent: bytes('timeline'),
  relationsBytesPerEvent: bytes('relations'),
  search_keysBytesPerEvent: bytes('search keys'),
};

/** A figure without a line above is shown by its name, so that none is lost. */
export function showFigures(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => SHOWN[name]?.(value) ?? `${name} ${significant(value)}`)
    .join(', ');
}

/** Three significant digits at least, grouped thousands: more would promise more than a shared machine can keep. */
export function significant(value: number): string {
  if (Math.abs(value) >= 100)
    return Math.round(value)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, ',');
  return Number(value.toPrecision(3)).toString();
}
