import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TemplateForm, TemplateRendering, Templates } from "./port.ts";

/** What every template engine must do; each adapter's test calls this. */
export function templatesConformance(name: string, open: () => Templates): void {
  describe(`${name} as templates`, () => {
    let templates: Templates;
    beforeAll(() => {
      templates = open();
    });
    afterAll(() => templates.close());
    const render = (source: string, form: TemplateForm = "text"): Promise<TemplateRendering> => templates.render({ source, form }, { run: { id: "a/b c", summary: { acc: 0.9 }, none: null } });

    it("puts values in, keeps all other text as it is, and prints nothing for what is missing", async () => {
      expect(await render('{"id": "{{ run.id }}", "acc": {{run.summary.acc}}, "x": "{{run.nope}}"}\n\u00fc {}')).toEqual({ ok: true, text: '{"id": "a/b c", "acc": 0.9, "x": ""}\n\u00fc {}' });
    });

    it("percent-encodes values within a URL", async () => {
      expect(await render("https://example.com/?id={{ run.id }}", "url")).toEqual({ ok: true, text: "https://example.com/?id=a%2Fb%20c" });
    });

    it("tells what does not parse, when it is checked and when it is rendered", async () => {
      expect(await templates.check("{{ run.id")).toMatchObject({ ok: false, reason: "template_invalid" });
      expect(await render("{{ run.id")).toMatchObject({ ok: false, reason: "template_invalid" });
      expect(await templates.check("{{ run.id }}")).toEqual({ ok: true });
    });

    it("renders many at once, each with its own values", async () => {
      const all = await Promise.all(Array.from({ length: 30 }, (_, index) => templates.render({ source: "{{ n }}", form: "text" }, { n: index })));
      expect(all).toEqual(Array.from({ length: 30 }, (_, index) => ({ ok: true, text: String(index) })));
    });
  });
}
