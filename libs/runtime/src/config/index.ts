/** The configuration: without the log lines and metrics of the rest, which take a command 150 ms to load. */
export type { ConfigProblem } from './config-problem.ts';
export { codeOfProblems, describeProblems, readConfig, type ReadConfig } from './read-config.ts';
export { type Config, type DemoModeConfig, isDemoMode, isForOthers, isInClear } from './settings.ts';
export { configFlags, configReference, configView, printConfig, secretsOf } from './show-config.ts';
