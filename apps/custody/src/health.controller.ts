/** /livez, /readyz and /metrics of every process, whatever its roles. */
import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { HealthView } from '#lib/contracts';
import { OPERATING_AGENCY } from '#lib/domain';
import { actorOf, DomainError, type Health, type Metrics } from '#lib/runtime';

export const HEALTH_DEPS = Symbol('health deps');

export interface HealthDeps {
  readonly health: Health;
  readonly metrics: Metrics;
}

@Controller()
export class HealthController {
  readonly #deps: HealthDeps;

  constructor(@Inject(HEALTH_DEPS) deps: HealthDeps) {
    this.#deps = deps;
  }

  /** The process answers: a supervisor need not restart it. */
  @Get('livez')
  livez(): HealthView {
    return { status: 'ok', checks: [] };
  }

  /** It does its work: health is progress, not being up. */
  @Get('readyz')
  async readyz(@Res() reply: FastifyReply): Promise<void> {
    const { health } = this.#deps;
    await health.look();
    const checks = health.components().map(({ name, ready, reason, detail, waiting }): HealthView['checks'][number] => ({
      name,
      status: ready ? 'ok' : 'failing',
      detail: reason ?? detail ?? (waiting === null ? 'not known yet' : `${waiting} waiting`),
    }));
    const ready = health.ready();
    const view: HealthView = { status: ready ? 'ok' : 'failing', checks };
    await reply.status(ready ? 200 : 503).send(view);
  }

  /** They count what all agencies do: for whoever runs the ledger, and for no operator or admin of another agency. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  metrics(@Req() request: FastifyRequest): Promise<string> {
    if (actorOf(request).agency !== OPERATING_AGENCY)
      throw new DomainError('auth.forbidden', 'Metrics are for the agency that runs the ledger.');
    return this.#deps.metrics.expose();
  }
}
