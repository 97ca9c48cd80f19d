import type { TemplateContent } from '../template.events.js';
import { delivery } from './delivery.js';
import { founder } from './founder.js';
import { swe1Hiring } from './swe1-hiring.js';

/** The templates that come with the product; their keys are its own. */
export const builtInTemplates: readonly TemplateContent[] = [founder, swe1Hiring, delivery];
