import { describe, it } from '@jest/globals';
import { given } from '../../test/support/given.js';
import { projectDecider, type RequireReviewCommand } from './project.decider.js';
import type { ProjectEvent } from './project.events.js';

const created: ProjectEvent = {
  type: 'project.created',
  detail: { name: 'Solar kiosk', require_manual_review: false },
};
const changed = (require_manual_review: boolean): ProjectEvent => ({
  type: 'project.manual_review_changed',
  detail: { require_manual_review },
});
const require = (requireManualReview: boolean, reason?: string): RequireReviewCommand => ({
  type: 'require_review',
  data: { projectId: 'project-1', requireManualReview, reason },
});

describe('the manual review of a project', () => {
  it('begins as it was created', () => {
    given(projectDecider, [created]).when(require(false)).thenNothing();
  });

  it('is asked for and lifted, with why', () => {
    given(projectDecider, [created])
      .when(require(true, 'A new client.'))
      .then({ ...changed(true), reason: 'A new client.' });
    given(projectDecider, [created, changed(true)])
      .when(require(false))
      .then(changed(false));
  });

  it('ignores what is so already', () => {
    given(projectDecider, [created, changed(true)])
      .when(require(true, 'Again.'))
      .thenNothing();
  });

  it('is nobody’s where there is no project', () => {
    given(projectDecider).when(require(true)).thenRejects('project-not-found');
  });

  it('is not changed by creating the project again', () => {
    given(projectDecider, [created, changed(true)])
      .when({ type: 'create_project', data: { name: 'Solar kiosk', requireManualReview: false } })
      .thenNothing();
  });
});
