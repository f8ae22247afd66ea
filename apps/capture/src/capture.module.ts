/** The capture role as a Nest module, mounted by apps/custody. */
import { type DynamicModule, Module } from '@nestjs/common';
import { CAPTURE_DEPS, CaptureController, type CaptureDeps } from './capture.controller.ts';
import { EndedController } from './ended.controller.ts';

@Module({})
export class CaptureModule {
  static with(deps: CaptureDeps): DynamicModule {
    return { module: CaptureModule, controllers: [CaptureController], providers: [{ provide: CAPTURE_DEPS, useValue: deps }] };
  }

  /** Of a log that has ended: nothing is looked at, everything is refused. */
  static ended(): DynamicModule {
    return { module: CaptureModule, controllers: [EndedController] };
  }
}
