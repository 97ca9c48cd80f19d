import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { errorCodes, isErrorCode, problems } from './problems.js';
import { problemPage, problemsPage } from './problems-page.js';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([a-z-]+)` +\| (\d{3}) +\| (.+?) +\| (.+?) +\|$/gm)].map(
  ([, code = '', status, title, advice]) => ({ code, status: Number(status), title, advice }),
);

describe('docs/errors.md', () => {
  it('lists every code and no other, in order', () => expect(rows.map(({ code }) => code)).toEqual(errorCodes));

  it.each(rows)('says of $code what the service says', ({ code, ...said }) =>
    expect(isErrorCode(code) && problems[code]).toMatchObject(said),
  );
});

describe('the pages about problems', () => {
  it('link every code', () => {
    for (const code of errorCodes) expect(problemsPage()).toContain(`href="problems/${code}"`);
  });

  it('show markup in advice as text', () => {
    expect(problemPage('unauthorized')).toContain('Bearer &lt;key&gt;');
    expect(problemPage('unauthorized')).not.toContain('<key>');
  });
});
