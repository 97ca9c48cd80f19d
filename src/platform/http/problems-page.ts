import type { ErrorCode } from '../../kernel/domain-error.js';
import { errorCodes, problems } from './problems.js';

const style =
  'body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}' +
  'td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}code{font-size:.95em}';

/** The page about one code. */
export function problemPage(code: ErrorCode): string {
  const { status, title, advice } = problems[code];
  return page(
    title,
    `<p><code>${code}</code>, HTTP status ${status}</p><p>${escaped(advice)}</p><p><a href="../problems">All problems</a></p>`,
  );
}

/** The list of all codes. */
export function problemsPage(): string {
  const rows = errorCodes.map((code) => {
    const { status, title } = problems[code];
    return `<tr><td>${status}</td><td><a href="problems/${code}"><code>${code}</code></a></td><td>${escaped(title)}</td></tr>`;
  });
  return page('What can go wrong', `<table><tr><th>Status</th><th>Code</th><th></th></tr>${rows.join('')}</table>`);
}

function page(title: string, content: string): string {
  const heading = escaped(title);
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${heading}</title>` +
    `<style>${style}</style></head><body><h1>${heading}</h1>${content}</body></html>`
  );
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
