import { afterAll, describe, expect, test } from "vitest";
import { templatesConformance } from "../../ports/templates/conformance.ts";
import { makeMinijinjaTemplates } from "./minijinja-templates.ts";

templatesConformance("MiniJinja", makeMinijinjaTemplates);

const templates = makeMinijinjaTemplates({ watchdogMs: 5_000 });
afterAll(() => templates.close());

const run = { id: "a b", name: "x&y=z/../?#", config: { "lr": 1e-5 }, project: { name: "demo", __str__: "demo" } };
const text = (source: string): Promise<unknown> => templates.render({ source, form: "text" }, { run });
const url = (source: string): Promise<unknown> => templates.render({ source, form: "url" }, { run });

describe("templates of tenants", () => {
  test("a template without end, one that fills the memory and one that overflows the stack are stopped, each with its reason; the next one renders", async () => {
    const long = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    const large = "{% set ns = namespace(x='a' * 1000) %}{% for i in range(40) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}";
    const wide = "{{ 'a' * 1000000000 }}";
    const deep = "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}";
    expect(await text(long)).toMatchObject({ ok: false, reason: "template_out_of_fuel" });
    expect(await text(large)).toMatchObject({ ok: false, reason: "template_out_of_memory" });
    expect(await text(wide)).toMatchObject({ ok: false, reason: "template_out_of_memory" });
    expect(await text(deep)).toMatchObject({ ok: false, reason: "template_failed" });
    expect(await text("{{ run.id }}")).toEqual({ ok: true, text: "a b" });
  });

  test("one that is late is stopped and said to be so, and those that wait behind it render", async () => {
    const hasty = makeMinijinjaTemplates({ watchdogMs: 0 });
    const late = hasty.render({ source: "{% for a in range(99999) %}{{ a|tojson }}{% endfor %}", form: "text" }, {});
    expect(await late).toMatchObject({ ok: false, reason: "template_timeout" });
    await hasty.close();
    const all = await Promise.all(Array.from({ length: 50 }, (_, index) => text(`{{ ${index} }}`)));
    expect(all).toEqual(Array.from({ length: 50 }, (_, index) => ({ ok: true, text: String(index) })));
  });

  test("no template gets at JavaScript, at files, or at what another template set", async () => {
    for (const source of ["{{ run.constructor }}", "{{ run.__proto__ }}", "{{ ''.constructor }}", "{{ range.constructor }}", "{{ process }}", "{{ globalThis }}"]) {
      expect(await text(source), source).toEqual({ ok: true, text: "" });
    }
    expect(await text("{% include '/etc/passwd' %}")).toMatchObject({ ok: false });
    expect(await text("{{ run.constructor.constructor('return process')() }}")).toMatchObject({ ok: false });
    await text("{% set leaked = 1 %}");
    expect(await text("{{ leaked }}")).toEqual({ ok: true, text: "" });
  });

  test("a value within a URL stays within its place, and is not encoded twice", async () => {
    expect(await url("https://example.com/{{ run.id }}?name={{ run.name }}&n={{ run.name|urlencode }}{% if run.id %}&x=1{% endif %}")).toEqual({
      ok: true, text: "https://example.com/a%20b?name=x%26y%3Dz%2F..%2F%3F%23&n=x%26y%3Dz/../%3F%23&x=1",
    });
  });

  test("an object that has a text prints it, and shows it nowhere else", async () => {
    expect(await text("{{ run.project }} {{ run.project.name }} {{ run.project|tojson }}")).toEqual({ ok: true, text: 'demo demo {"name": "demo"}' });
  });

  test("what does not parse is told with its line, before anything is rendered; a filter that does not exist when it is used", async () => {
    expect(await templates.check("a\n{{ run.id")).toEqual({ ok: false, reason: "template_invalid", detail: "syntax error: unexpected end of input, expected end of variable block, in line 2" });
    expect(await templates.check("{{ run.id }}")).toEqual({ ok: true });
    expect(await text("a\n{{ 1|nofilter }}")).toEqual({ ok: false, reason: "template_failed", detail: "unknown filter: filter nofilter is unknown, in line 2" });
  });

  test("a format that is wider than anyone needs is refused instead of filling the memory", async () => {
    expect(await text("{{ '%999999999d'|format(1) }}")).toMatchObject({ ok: false, reason: "template_failed", detail: expect.stringContaining("too wide") });
  });
});
