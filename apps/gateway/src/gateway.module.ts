/** The gateway role as a Nest module, mounted by apps/custody. */
import { type DynamicModule, Module } from '@nestjs/common';
import { AuditController } from './audit.controller.ts';
import { CasesController } from './cases.controller.ts';
import { EventsController } from './events.controller.ts';
import { GATEWAY_DEPS, type GatewayDeps } from './gateway-deps.ts';
import { ItemsController } from './items.controller.ts';
import { LogController } from './log.controller.ts';
import { ProofsController } from './proofs.controller.ts';
import { ReceiptsController } from './receipts.controller.ts';
import { MapLinksController } from './map-links.controller.ts';
import { RecordsController } from './records.controller.ts';
import { ReferenceController } from './reference.controller.ts';
import { SearchController } from './search.controller.ts';
import { WatchesController } from './watches.controller.ts';
import { StreamController } from './stream/stream.controller.ts';

@Module({})
export class GatewayModule {
  static with(deps: GatewayDeps): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        AuditController,
        CasesController,
        EventsController,
        ItemsController,
        LogController,
        MapLinksController,
        ProofsController,
        ReceiptsController,
        RecordsController,
        ReferenceController,
        SearchController,
        StreamController,
        WatchesController,
      ],
      providers: [{ provide: GATEWAY_DEPS, useValue: deps }],
    };
  }
}
