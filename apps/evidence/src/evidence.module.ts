/** The evidence role as a Nest module, mounted by apps/custody. */
import { type DynamicModule, Module } from '@nestjs/common';
import { CustodyController } from './custody.controller.ts';
import { EVIDENCE_DEPS, type EvidenceDeps } from './evidence-deps.ts';
import { EvidenceController } from './evidence.controller.ts';
import { ViewController } from './view/view.controller.ts';

@Module({})
export class EvidenceModule {
  static with(deps: EvidenceDeps): DynamicModule {
    return {
      module: EvidenceModule,
      controllers: [CustodyController, EvidenceController, ViewController],
      providers: [{ provide: EVIDENCE_DEPS, useValue: deps }],
    };
  }
}
