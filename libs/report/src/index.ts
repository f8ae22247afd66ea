/**
 * The journey of an item as it is read: in words, as GeoJSON, and as one page that needs nothing but itself. Pure: from the answers of the API to
 * text, so that the command line and a browser tell the same.
 */
export { journeyGeoJson, type Feature, type GeoJson, type Geometry } from './geojson.ts';
export { identityLines } from './identity-text.ts';
export { journeyPage } from './page.ts';
export {
  conflictLines,
  counted,
  ENDINGS,
  gapText,
  gradeText,
  holdingText,
  journeyLines,
  minute,
  missingTrack,
  provedText,
  stretch,
  throughText,
  uncoveredText,
} from './journey-text.ts';
export { stateText } from './travel-text.ts';
