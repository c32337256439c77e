import type { Html } from "./html.ts";
import { html } from "./html.ts";

type Page = { title: string; body: Html };

export const homePage = (): Page => ({
  title: "Automations for machine-learning teams",
  body: html`<h1>Bellhop</h1>
<p>This server receives runs and artifacts from the <code>wandb</code> Python SDK, and calls webhooks when an automation fires.</p>
<p><a class="button" href="/authorize">Get an API key</a></p>
<p class="quiet">The REST API is described at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>`,
});

export const signInPage = (input: { username: string; problem: string | null }): Page => ({
  title: "Sign in",
  body: html`<h1>Sign in</h1>
<p class="quiet">You get a new API key, for <code>wandb login</code> or the variable <code>WANDB_API_KEY</code>.</p>
${input.problem === null ? "" : html`<p class="bad" role="alert" id="problem">${input.problem}</p>`}
<form method="post" action="/authorize">
<label for="username">User name</label>
<input id="username" name="username" value="${input.username}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="256" required>
<button type="submit">Sign in</button>
</form>`,
});

export const apiKeyPage = (input: { username: string; apiKey: string; publicUrl: string }): Page => ({
  title: "Your API key",
  body: html`<h1>Your API key</h1>
<p>A new key for <strong>${input.username}</strong>. It is shown this once: copy it now.</p>
<pre tabindex="0" aria-label="API key">${input.apiKey}</pre>
<p>Paste it where <code>wandb login</code> asks for it, or point <code>wandb</code> at this server in a shell:</p>
<pre tabindex="0" aria-label="Shell commands">export WANDB_BASE_URL=${input.publicUrl}
export WANDB_API_KEY=${input.apiKey}
wandb login --verify</pre>`,
});

export const refusedPage = (): Page => ({
  title: "Refused",
  body: html`<h1>Refused</h1>
<p>The form was sent from another site. Open the <a href="/authorize">sign-in page</a> of this server itself.</p>`,
});
