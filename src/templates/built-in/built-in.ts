import type { TemplateContent } from '../template.events.js';
import { founder } from './founder.js';

/** The templates that come with the product; their keys are its own. */
export const builtInTemplates: readonly TemplateContent[] = [founder];
