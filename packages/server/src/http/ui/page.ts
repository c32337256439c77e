import { createHash } from "node:crypto";
import type { FastifyReply } from "fastify";
import type { Html } from "./html.ts";
import { escapeHtml } from "./html.ts";

const style = `
:root { color-scheme: light dark; --text: #1b1f24; --quiet: #57606a; --page: #f6f8fa; --card: #fff; --line: #8c959f; --accent: #0b5cad; --on-accent: #fff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --quiet: #a5b0bb; --page: #0d1117; --card: #161b22; --line: #6e7681; --accent: #7cc0ff; --on-accent: #06223c; --bad: #ff938a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 4rem auto; padding: 2rem; background: var(--card); border-radius: .75rem; box-shadow: 0 1px 4px rgb(0 0 0 / .2); }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; }
p { margin: .5rem 0 1rem; }
.quiet { color: var(--quiet); }
.bad { color: var(--bad); font-weight: 600; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input { width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: .4rem; }
button, .button { display: inline-block; margin-top: 1.5rem; padding: .6rem 1.2rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent); border: 0; border-radius: .4rem; text-decoration: none; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
pre { padding: .8rem 1rem; overflow-x: auto; background: var(--page); border: 1px solid var(--line); border-radius: .4rem; user-select: all; }
@media (max-width: 36rem) { main { margin: 0; min-height: 100vh; border-radius: 0; } }
`;

const styleHash = createHash("sha256").update(style).digest("base64");
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Answers with a page. Nothing of it may be stored, framed, or run scripts. */
export function sendPage(reply: FastifyReply, status: number, page: { title: string; body: Html }): FastifyReply {
  const text = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)} · Bellhop</title>
<style>${style}</style>
</head>
<body>
<main>
${page.body.html}
</main>
</body>
</html>
`;
  return reply
    .code(status)
    .header("content-security-policy", policy)
    .header("cache-control", "no-store")
    .header("x-frame-options", "DENY")
    .header("x-content-type-options", "nosniff")
    // With no-referrer a browser would send "Origin: null" with the form, and the check of the origin would fail.
    .header("referrer-policy", "same-origin")
    .type("text/html; charset=utf-8")
    .send(text);
}
