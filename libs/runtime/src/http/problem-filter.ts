/** Hands what a controller throws to sendProblem. */
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ProblemOptions, sendProblem } from './send-problem.ts';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #options: ProblemOptions;

  constructor(options: ProblemOptions) {
    this.#options = options;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.#options);
  }
}
