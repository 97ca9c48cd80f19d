import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { type CreateProjectCommand, type ProjectState, projectDecider } from './project.decider.js';
import { type ProjectEvent, projectCatalogue } from './project.events.js';
import { projects } from './project/project.projection.js';

/** A project's stream: its rules and the read model written with each append. */
export const projectStream: StreamType<ProjectState, CreateProjectCommand, ProjectEvent> = {
  name: 'project',
  decider: projectDecider,
  catalogue: projectCatalogue,
  stateVersion: 1,
  projections: [inline(projects)],
};
