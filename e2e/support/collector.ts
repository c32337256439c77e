import { once } from "node:events";
import { createServer } from "node:http";
import type { Json } from "./rest.ts";
import { list, text } from "./rest.ts";

export type CollectedSpan = { traceId: string; spanId: string; parentSpanId: string; name: string; values: Record<string, string>; service: string; failed: boolean };
export type Collector = { url: string; spans: CollectedSpan[]; close(): Promise<void> };

/** An OpenTelemetry collector of this process: OTLP over HTTP, in JSON. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/v1/traces") spans.push(...read(JSON.parse(Buffer.concat(chunks).toString())));
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    spans,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const valuesOf = (attributes: Json | undefined): Record<string, string> =>
  Object.fromEntries(list(attributes).map(({ key, value }) => [text(key), text(value?.["stringValue"] ?? value?.["intValue"] ?? value?.["boolValue"])]));

function read(sent: Json): CollectedSpan[] {
  return list(sent["resourceSpans"]).flatMap((resource) => {
    const service = valuesOf(resource["resource"]?.["attributes"])["service.name"] ?? "";
    return list(resource["scopeSpans"]).flatMap((scope) => list(scope["spans"]).map((span) => ({
      traceId: text(span["traceId"]), spanId: text(span["spanId"]), parentSpanId: text(span["parentSpanId"]), name: text(span["name"]), values: valuesOf(span["attributes"]), service,
      failed: text(span["status"]?.["code"]) === "2",
    })));
  });
}
