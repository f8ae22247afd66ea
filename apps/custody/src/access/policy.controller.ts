/** GET /v1/policy: who there is, for the administration of an agency. */
import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { PolicyView } from '#lib/contracts';
import type { Policy, PolicyState } from '#lib/domain';
import { actorOf, notesOf } from '#lib/runtime';
import type { KnownKeyUses } from './key-uses.ts';
import { policyView } from './policy-view.ts';

export const POLICY_DEPS = Symbol('policy deps');

export interface PolicyDeps {
  policy(): Promise<PolicyState & Pick<Policy, 'flagged' | 'last'>>;
  /** Of the keys of this agency. */
  keyUses(agency: string): Promise<KnownKeyUses>;
}

@Controller('v1/policy')
export class PolicyController {
  readonly #deps: PolicyDeps;

  constructor(@Inject(POLICY_DEPS) deps: PolicyDeps) {
    this.#deps = deps;
  }

  @Get()
  @Header('cache-control', 'no-store')
  async policy(@Req() request: FastifyRequest): Promise<PolicyView> {
    // Whoever an agency's principals are is its own, and every caller of this route is of one.
    notesOf(request).isOther = true;
    const actor = actorOf(request);
    const uses = await this.#deps.keyUses(actor.agency);
    return policyView(await this.#deps.policy(), actor, uses, Date.now());
  }
}
