/** How the refusals of gates look on the wire: a part of `problems`. */
export const gateProblems = {
  'already-voted': {
    status: 409,
    title: 'There is a vote already',
    advice:
      'Everybody has one vote. Whoever approved may still send back until the gate is decided; GET /gates/{id} shows the votes.',
  },
  'gate-already-decided': {
    status: 409,
    title: 'The gate was decided otherwise',
    advice: 'Read the gate: its decision stands. A later stage may offer a new gate.',
  },
  'gate-never-expires': {
    status: 409,
    title: 'The gate has no time limit',
    advice: 'There is nothing to extend: it stays open until it is decided.',
  },
  'gate-not-found': {
    status: 404,
    title: 'There is no such gate',
    advice: 'List the open gates with GET /gates?status=pending.',
  },
  'gate-not-pending': {
    status: 409,
    title: 'The gate is no longer open',
    advice: 'Read the run: its open_gate_id names the gate that waits for a decision, if there is one.',
  },
  'not-a-decider': {
    status: 403,
    title: 'This gate is decided by others',
    advice: 'The answer names who may decide; GET /gates/{id} shows it too.',
  },
  'not-an-approval': {
    status: 409,
    title: 'The gate is no approval',
    advice: 'At a decision gate nobody votes: let one of those it names decide it.',
  },
  'option-not-allowed': {
    status: 409,
    title: 'The gate does not offer this decision',
    advice: 'Choose one of the options the answer names.',
  },
  'self-approval': {
    status: 403,
    title: 'Nobody approves their own work',
    advice: 'The gate names in `excluded` who did the work of the stage; somebody else has to vote.',
  },
} as const;
