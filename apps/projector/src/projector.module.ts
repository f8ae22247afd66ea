/** The projector as a Nest module: the role's handler with its resources. Mounted by apps/custody on a BatchServer. */
import { type DynamicModule, Module } from '@nestjs/common';
import { PROJECTOR_DEPS, ProjectorController, type ProjectorDeps } from './projector.controller.ts';

@Module({})
export class ProjectorModule {
  static with(deps: ProjectorDeps): DynamicModule {
    return { module: ProjectorModule, controllers: [ProjectorController], providers: [{ provide: PROJECTOR_DEPS, useValue: deps }] };
  }
}
