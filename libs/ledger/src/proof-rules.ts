import { HEAD_RULES } from './head-rules.ts';

// Of a head without leaves nothing is shown: what `emptyRoot` refuses the seal's place refuses too.
const { emptyRoot: _, ...headRules } = HEAD_RULES;

/**
 * What is checked of a proof document, by name. All of it holds; one check is left out only to show, in a control, that without it something
 * else would be accepted. What maps, trees, openings and notes are checked for stands with them (MAP_PROOF_RULES, ITEM_TREE_RULES,
 * STRETCH_RULES, OPENING_RULES).
 */
export const PROOF_RULES = {
  ...headRules,
  /** The bytes are the canonical text of their value: nothing is said twice, or between the lines. */
  canonicalText: true,
  /** Nothing stands beside the members that the format has. */
  knownMembers: true,
  /** The format is version 1. */
  formatKnown: true,
  /** Groups and events stand once, in ascending order. */
  partsAscend: true,
  /** It is about an item for some reader group, or about an event; about the log alone only where that was asked. */
  saysSomething: true,
  /** As many of the witnesses that were asked for cosigned the head. */
  witnessed: true,
  /** The head is not older than it may be. */
  fresh: true,
  /** Neither the seal's time nor a cosignature's that counts is still to come, by more than clocks lie apart. */
  notAhead: true,
  /** Of the head and the one that was kept the later has no earlier time in its seal. */
  timeKept: true,
  /** The seal's time is not after the one by which as many witnesses as were asked for say that they saw its head. */
  timeWitnessed: true,
  /** The head continues the one that was kept. */
  keptContinues: true,
  /** The head is not behind the one that was kept, where the log itself was asked. */
  notBehindKept: true,
  /** The seal is the last entry under the head. */
  sealIsLast: true,
  /** The seal stands in the log. */
  sealIncluded: true,
  /** The seal is of the log whose head was signed. */
  sealOfLog: true,
  /** The map reaches no further than the log did at the seal. */
  sealCoversPast: true,
  /** The genesis stands in the log. */
  genesisIncluded: true,
  /** The genesis is of this log. */
  genesisOfLog: true,
  /** The salt is the one that the genesis commits to. */
  saltCommitted: true,
  /** The salt is the one that was kept. */
  saltKept: true,
  /** The item is the one that was asked for. */
  itemAsked: true,
  /** Each reader group that was asked for is shown. */
  groupsAsked: true,
  /** Where the log itself was asked, each reader group in which an earlier check saw the item is shown, or others alone were asked for. */
  groupsKept: true,
  /** What the map proof leads to is the root in the seal. */
  mapRootSealed: true,
  /** A tree is shown where the map has one, and none where it has none. */
  treeShown: true,
  /** Size and root of the tree are those in the map. */
  treeInMap: true,
  /** The stretch is the one that was asked for. */
  stretchAsked: true,
  /** The tree has grown from the one that was kept. */
  treeKept: true,
  /** An event's content, envelope and secret give its commitment. */
  eventWhole: true,
  /** The event is the one that was asked for. */
  eventAsked: true,
  /** A shown event is one of the entries that the trees list, at that index and with that hash. */
  eventListed: true,
  /** A shown entry of the operator is one of those that the trees list. */
  noticeListed: true,
  /** It is what the operator says of a key of this log, in the list of those: an entry of a sighting is shown as its event, or not at all. */
  noticeOfKey: true,
  /** A shown event is about the item, and is for each reader group in whose tree its entry stands. */
  eventConcerns: true,
  /** Each entry that the trees list is shown, where all were to be. */
  eventsComplete: true,
  /** Of what is said to be withheld the lists are shown whole: what undoes it may stand in what is not. */
  withheldOfWhole: true,
  /** What says that it withholds a listed entry is a marking. */
  withheldByMarking: true,
  /** It names the entry: its index, and the hash of its leaf. */
  withheldNamed: true,
  /** Whose event that is, the event's own field tree says. */
  withheldOpened: true,
  /** The marking is of the agency whose event it is. */
  withheldOwn: true,
  /** It marks that event, and no other. */
  withheldTarget: true,
  /** The event is no marking itself: of a marking of a marking of one nothing counts, and how deep one stands is not shown. */
  withheldOnce: true,
  /** It hands the event to nobody who asks: so it takes, which needs no approval. */
  withheldNarrower: true,
  /** No correction or retraction of the marking is shown, approved or not, nor one of its agency that does not show what it is about. */
  withheldStands: true,
  /** No later marking of the event is shown that hands it to whoever asks, approved or not, nor one that does not show what it is about. */
  withheldLast: true,
  /** Nothing that is withheld itself, and stands behind the marking, may be a word that undoes it. */
  withheldNoWord: true,
  /** An event stands in the log at its index. */
  eventIncluded: true,
  /** An event that no tree lists has its place in the log shown, and so has each where it was asked for. */
  inclusionShown: true,
  /** No file lies beside the document that belongs to nothing in it. */
  filesKnown: true,
  /** What a bundle says of signatures is about events that it shows, and lists below its head. */
  signaturesListed: true,
  /** A file of evidence has the hash that it is named by. */
  evidenceHashed: true,
  /** A file of evidence is one that a shown event cites. */
  evidenceCited: true,
  /** What shown events cite is in the bundle, or the bundle says that it is not. */
  evidenceComplete: true,
  /** What a bundle says is not in it is cited, and is not in it. */
  evidenceListed: true,
} as const satisfies Record<string, boolean>;

/** The name of one check. */
export type ProofRuleName = keyof typeof PROOF_RULES;
/** Which checks are made. */
export type ProofRules = Readonly<Record<ProofRuleName, boolean>>;

/** The checks with one left out. */
export const proofRulesWithout = (name: ProofRuleName): ProofRules => ({ ...PROOF_RULES, [name]: false });
