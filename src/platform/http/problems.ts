import type { ErrorCode } from '../../kernel/domain-error.js';
import { gateProblems } from './gate-problems.js';

/** How one error code looks on the wire, and the advice its page gives. */
export type ProblemKind = Readonly<{
  status: number;
  title: string;
  advice: string;
  /** Seconds after which trying again makes sense; sent as `Retry-After`. */
  retryAfterSeconds?: number;
}>;

/** The only place that knows statuses. `docs/errors.md` lists the same codes; a spec compares the two. */
export const problems: Readonly<Record<ErrorCode, ProblemKind>> = {
  ...gateProblems,
  'candidate-not-found': {
    status: 404,
    title: 'There is no such candidate',
    advice: 'List the candidates with GET /candidates, or register one with POST /candidates.',
  },
  'command-in-progress': {
    status: 409,
    title: 'The same command is still running',
    advice: 'Wait as long as Retry-After says and send the same request with the same Idempotency-Key again.',
    retryAfterSeconds: 1,
  },
  'correlation-not-found': {
    status: 404,
    title: 'Nothing has this correlation id',
    advice:
      'Read the correlation ids of events with GET /timeline; what was recorded a moment ago may not be sealed yet.',
  },
  'criterion-not-found': {
    status: 404,
    title: 'The stage has no such exit criterion',
    advice: 'Read the keys of the exit criteria with GET /pipeline/{id}/stages.',
  },
  'event-not-found': {
    status: 404,
    title: 'There is no such event',
    advice: 'Read the ids of the events with GET /timeline.',
  },
  forbidden: {
    status: 403,
    title: 'The key may not do this',
    advice: 'Use a key that has one of the roles the answer names; an admin can make one with POST /keys.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    advice:
      'Use a new key for a new request; repeat a request with exactly the same caller, method, path, headers and body.',
  },
  'illegal-transition': {
    status: 409,
    title: 'That move is not possible from here',
    advice: 'The answer names from, to and what is legal; read the stages with GET /pipeline/{id}/stages.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    advice: 'Try again; if it stays, give the correlation id to whoever runs the service: the log has the cause.',
  },
  'invalid-input': {
    status: 400,
    title: 'The request is not understood',
    advice: 'Each entry of errors points at one value and says what is expected there.',
  },
  'invalid-template': {
    status: 422,
    title: 'The template is not valid',
    advice: 'Each entry of errors says where it is wrong and what would be right.',
  },
  'job-closed': {
    status: 409,
    title: 'The job is over',
    advice: 'GET /jobs/{id} shows how it ended; nothing about it changes any more.',
  },
  'job-not-found': {
    status: 404,
    title: 'There is no such job',
    advice: 'List the jobs with GET /jobs.',
  },
  'job-profile-not-found': {
    status: 404,
    title: 'There is no such job profile',
    advice: 'List the job profiles with GET /job-profiles, or create one with POST /job-profiles.',
  },
  'key-not-found': {
    status: 404,
    title: 'There is no such key',
    advice: 'List the keys with GET /keys; a revoked key is gone.',
  },
  'last-admin-key': {
    status: 409,
    title: 'This is the last admin key',
    advice: 'Make another key with the role admin first (POST /keys), then revoke this one.',
  },
  'lease-lost': {
    status: 409,
    title: 'The lease of this attempt is lost',
    advice:
      'Discard the result: the job was given to another worker, or it is over. Claim further jobs with POST /jobs/claim.',
  },
  'limit-reached': {
    status: 409,
    title: 'A limit is reached',
    advice: 'What a run holds is bounded; the message says by how much. Keep the rest elsewhere and record where.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The address does not take this method',
    advice: 'The Allow header names the methods it takes; /docs shows every route.',
  },
  'milestone-not-found': {
    status: 404,
    title: 'The stage has no such milestone',
    advice: 'Read the keys of the milestones with GET /pipeline/{id}/stages.',
  },
  'milestone-tied-to-gate': {
    status: 409,
    title: 'The milestone is completed by a decision',
    advice: 'Decide the gate at the end of the stage: the decision completes the milestone.',
  },
  'node-not-found': {
    status: 404,
    title: 'The run has no such node',
    advice: 'Read the nodes of the run with GET /pipeline/{id}/nodes.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    advice: 'Check the address; /docs shows every route.',
  },
  'not-sealed-yet': {
    status: 409,
    title: 'The event is not sealed yet',
    advice: 'Wait as long as Retry-After says and ask again: events are sealed within moments of being recorded.',
    retryAfterSeconds: 1,
  },
  'not-yet-projected': {
    status: 409,
    title: 'The read model has not got that far yet',
    advice:
      'Ask again as Retry-After says, or without min_position; GET /projections shows how far each projection is, and why.',
    retryAfterSeconds: 1,
  },
  'output-too-large': {
    status: 413,
    title: 'The output is too large',
    advice:
      'Keep what is large elsewhere and hand on where it is; nothing was changed, so that the same attempt may complete with less.',
  },
  'payload-too-large': {
    status: 413,
    title: 'The body is too large',
    advice: 'Send less in one request; whoever runs the service can raise the limit.',
  },
  'project-not-found': {
    status: 404,
    title: 'There is no such project',
    advice: 'List the projects with GET /projects, or create one with POST /projects.',
  },
  'projection-not-found': {
    status: 404,
    title: 'There is no such projection',
    advice: 'List the projections with GET /projections.',
  },
  'reason-required': {
    status: 422,
    title: 'This needs a reason',
    advice: 'Send the same again with a reason: it becomes part of the history.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    advice: 'Send the whole request within a minute of beginning it; an Idempotency-Key makes sending it again safe.',
  },
  'risk-not-found': {
    status: 404,
    title: 'The stage has no such risk',
    advice: 'Read the ids of the risks with GET /pipeline/{id}/stages.',
  },
  'run-already-open': {
    status: 409,
    title: 'There is an open run for the same subject',
    advice: 'Go on with the run the answer names, or cancel it before starting another.',
  },
  'run-closed': {
    status: 409,
    title: 'The run is over',
    advice: 'A closed run can be read but not changed; start another with POST /pipeline/start.',
  },
  'run-not-found': {
    status: 404,
    title: 'There is no such run',
    advice: 'List the runs with GET /pipeline.',
  },
  'run-parked': {
    status: 409,
    title: 'The run is parked',
    advice: 'Take it up again with POST /pipeline/{id}/unpark, or cancel it.',
  },
  'scope-too-narrow': {
    status: 409,
    title: 'The narrowed stage would be left with nothing to do',
    advice: 'Drop fewer milestones: at least one has to stay to carry the weight of the stage.',
  },
  'service-unavailable': {
    status: 503,
    title: 'The service cannot answer right now',
    advice: 'Wait as long as Retry-After says and try again; an Idempotency-Key makes trying again safe.',
    retryAfterSeconds: 2,
  },
  'stage-locked': {
    status: 409,
    title: 'The stage is locked',
    advice: 'A locked stage takes no work in this version of the template.',
  },
  'stage-not-found': {
    status: 404,
    title: 'The run has no such stage',
    advice: 'Read the keys of the stages with GET /pipeline/{id}/stages.',
  },
  'stage-not-ready': {
    status: 409,
    title: 'The stage is not ready to be completed',
    advice: 'Do what required_actions lists, or complete it with override and a reason, where you may.',
  },
  'stale-version': {
    status: 412,
    title: 'It has moved on',
    advice: 'Look at the intervening events, then send the command again with the actual version in If-Match.',
  },
  'stream-not-parked': {
    status: 404,
    title: 'The stream is not parked',
    advice: 'List the parked streams with GET /projections/{name}/parked; one that is gone was taken up again.',
  },
  'template-not-found': {
    status: 404,
    title: 'There is no such template',
    advice: 'List the templates with GET /templates.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests with this key',
    advice: 'Wait as long as Retry-After says.',
    retryAfterSeconds: 60,
  },
  unauthorized: {
    status: 401,
    title: 'A valid key is needed',
    advice: 'Send the header Authorization: Bearer <key>. The first start of the service prints an admin key.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body has a type that is not taken here',
    advice: 'Send JSON in UTF-8, not compressed, with the header Content-Type: application/json.',
  },
  'version-not-found': {
    status: 404,
    title: 'There is no such version',
    advice: 'Versions are counted from 1 up to the version the thing now has.',
  },
};

/** Every error code, in alphabetical order. */
export const errorCodes = Object.keys(problems).sort() as readonly ErrorCode[];

/** Says whether a text from outside names an error code. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(problems, text);
}
