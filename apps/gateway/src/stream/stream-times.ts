/** How long a stream waits for what. */
export interface StreamTimes {
  /** How often it is asked whether the reader still may: with the policy's own way a revocation so holds within five seconds. */
  readonly lookAgainMs: number;
  /** How long nothing may be sent: less than what proxies give an idle connection. */
  readonly heartbeatMs: number;
  /** How long what was sent may lie unread: an event has at most some megabytes. */
  readonly slowMs: number;
}

export const STREAM_TIMES: StreamTimes = { lookAgainMs: 1_000, heartbeatMs: 15_000, slowMs: 30_000 };
