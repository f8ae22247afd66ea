/** The role alerts: tells each agency what its watches were met by. */
export { ALERT_PRINCIPAL } from './alert-document.ts';
export { AlertsFenced, AlertWriter } from './alert-writer.ts';
export { ALERT_FAILPOINTS, type AgencyReads, type AlertFailpoint, type AlertPorts } from './ports.ts';
