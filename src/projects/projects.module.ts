import { Module } from '@nestjs/common';
import { ReadModels, inlineReadModels } from '../platform/projections/read-models.js';
import { CreateProjectHandler } from './commands/create-project.js';
import { GetProjectHandler } from './project/get-project.query.js';
import { ProjectExistsHandler } from './project/project-exists.query.js';
import { ProjectNamesHandler } from './project/project-names.query.js';
import { ListProjectsHandler } from './project/list-projects.query.js';
import { ProjectsController } from './projects.controller.js';
import { projectStream } from './project-stream.js';

/** The subjects of a founder's runs. */
@Module({
  controllers: [ProjectsController],
  providers: [CreateProjectHandler, GetProjectHandler, ListProjectsHandler, ProjectExistsHandler, ProjectNamesHandler],
})
export class ProjectsModule {
  constructor(readModels: ReadModels) {
    readModels.register(...inlineReadModels(projectStream));
  }
}
