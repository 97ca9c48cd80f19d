import { type StreamType, inline } from '../platform/event-store/stream-type.js';
import { type ProjectCommand, type ProjectState, projectDecider } from './project.decider.js';
import { type ProjectEvent, projectCatalogue } from './project.events.js';
import { projects } from './project/project.projection.js';

/** A project's stream: its rules and the read model written with each append. */
export const projectStream: StreamType<ProjectState, ProjectCommand, ProjectEvent> = {
  name: 'project',
  decider: projectDecider,
  catalogue: projectCatalogue,
  stateVersion: 2,
  projections: [inline(projects)],
};
