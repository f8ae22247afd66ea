/**
 * From when on a ship's track is told as a gap, a port visit, an encounter or loitering: one table, with where each number is from. The words are
 * those of Global Fishing Watch (GFW), whose technical documentation (github.com/GlobalFishingWatch/GFW_technical_documentation: Gaps, Encounters,
 * Loitering, Anchorages-and-voyages) is meant where nothing else is named. What is ours says so.
 */
import type { AisClass } from '#lib/domain';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const NAUTICAL_MILE = 1_852;

/**
 * Silence from which on there is a gap: twelve hours, in which satellites cover each place (Gaps; Welch et al. 2022, "Hot spots of unseen fishing
 * vessels", Science Advances 8). What is proved of a cargo ends at such a silence, whatever the class is.
 */
export const GAP_MICROS = 12 * HOUR;

/**
 * Silence from which on a gap is certain, by class. A: as above. B: twice that, and the number is ours. GFW takes twelve hours for both and asks
 * besides how well each class is received at the place, for B is heard far less. That map is not here; so two passes are asked for instead of one.
 */
export const GAP_MICROS_OF: Readonly<Record<AisClass, number>> = { A: GAP_MICROS, B: 2 * GAP_MICROS };

/** Before a silence a ship has to have been heard so often, in as long as a gap is: Welch et al. 2022, `min_positions_before`. */
export const HEARD_BEFORE_MIN = 14;
/** And others, of its class, so often a day where it fell silent: Welch et al. 2022, `min_positions_per_day` ... */
export const HEARD_A_DAY_MIN = 10;
/** ... in a cell of one degree around it. */
export const CELL_DEGREES = 1;

/** In port from 3 km on, out of it from 4 km on. */
export const ENTERS_METRES = 3_000;
export const LEAVES_METRES = 4_000;
/** A stop in port begins below 0.2 knots and ends above 0.5. */
export const STOP_BEGINS_KNOTS = 0.2;
export const STOP_ENDS_KNOTS = 0.5;
/** A silence in port from four hours on counts as a stay. */
export const PORT_SILENCE_MICROS = 4 * HOUR;

/** Two ships within 500 m for two hours, each at less than two knots, ten kilometres and more from an anchorage (Miller et al. 2018, Frontiers in Marine Science 5:240). */
export const ENCOUNTER_METRES = 500;
export const ENCOUNTER_MICROS = 2 * HOUR;
export const ENCOUNTER_PORT_METRES = 10_000;

/** One ship at less than two knots for four hours (Miller et al. 2018 took eight), twenty nautical miles and more from shore. */
export const SLOW_KNOTS = 2;
export const LOITERING_MICROS = 4 * HOUR;
export const LOITERING_SHORE_METRES = 20 * NAUTICAL_MILE;

/** Two positions farther apart in time are not taken together: GFW's pipe-encounters interpolates over less than an hour (`MAX_GAP_HOURS`). */
export const TOGETHER_MICROS = HOUR;

/**
 * How far a position may be from where the ship was. Ours: IMO asks of a ship's receiver for 35 m in 95 of 100 (resolution MSC.115(73)), and that is
 * taken nearly three times, for a bad fix and for the place of the antenna. (`radiusOf` takes 1 km: what is said to be impossible has to be so.)
 */
export const POSITION_ERROR_METRES = 100;

/** Metres in a microsecond at one knot. */
export const KNOT_METRES_PER_MICRO = NAUTICAL_MILE / HOUR;
