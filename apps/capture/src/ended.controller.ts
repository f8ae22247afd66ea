/** POST /v1/events of a log that has ended: an answer that says so, in the place of capture. */
import { Controller, Post } from '@nestjs/common';
import { DomainError } from '#lib/runtime';

@Controller('v1/events')
export class EndedController {
  @Post()
  refuse(): never {
    throw new DomainError('log.frozen', 'This log has said that it ends: what it holds is read and proved, and nothing is taken in.');
  }
}
