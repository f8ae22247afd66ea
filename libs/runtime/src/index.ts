/** What every role of the program runs on: configuration, log lines, metrics, health, an orderly end, the batch transport, the HTTP server. */
export { closestTo } from './config/closest.ts';
export {
  type ConfigProblem,
  type ConfigResult,
  type ConfigSources,
  describeProblems,
  readConfig,
  type ReadConfig,
} from './config/read-config.ts';
export { type Config, LOOPBACK_HOSTS, type Role, ROLES } from './config/settings.ts';
export { configFlags, configReference, printConfig, secretsOf } from './config/show-config.ts';
export { DomainError } from './domain-error.ts';
export type { ComponentHealth } from './dependency.ts';
export { type ComponentOptions, createHealth, type Health, type ProgressReport } from './health.ts';
export { uuidv7 } from './ids.ts';
export { createLog, type Log, type LogFields, type LogOptions, nestLogger } from './log.ts';
export { createMetrics, defineMetrics, type Metrics, METRICS } from './metrics.ts';
export { loadPublisherKeys, type PublisherKeyring } from './publisher-key.ts';
export { createShutdown, type Shutdown, SHUTDOWN_STAGES, type ShutdownStage } from './shutdown.ts';
export { createHttpServer, type HttpServer, type HttpServerOptions } from './http/http-server.ts';
export { createLimiter, type Admission, type Limiter, type LimiterOptions } from './http/limiter.ts';
export { problemAnswer, type ProblemCatalogue, type Translate } from './http/problem-answer.ts';
export { requestIdOf, traceparentOf } from './http/request-id.ts';
export type { Batch, BatchResult } from '#lib/event-log';
