// A receiver in a process of its own: answers 200, and tells how many requests came, when each began, and how many were
// under way at once at the same path; /count tells the number only. /never… is not answered at all, /slow… after 25 s, /wait… after 5 ms.
import { createServer } from "node:http";

const arrivals = new Map();
const underWay = new Map();
const byKind = {};
const delays = { slow: 25_000, wait: 5 };
const epoch = () => performance.timeOrigin + performance.now();
let count = 0;
let mostAtOnce = 0;
const server = createServer((request, response) => {
  const at = epoch();
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    if (request.url === "/count") {
      response.end(String(count));
      return;
    }
    if (request.url === "/report") {
      response.end(JSON.stringify({ count, byKind, mostAtOnce, arrivals: Object.fromEntries(arrivals) }));
      return;
    }
    count += 1;
    const now = (underWay.get(request.url) ?? 0) + 1;
    underWay.set(request.url, now);
    mostAtOnce = Math.max(mostAtOnce, now);
    response.on("close", () => underWay.set(request.url, underWay.get(request.url) - 1));
    const mark = /"alias":"([^"]+)"/.exec(Buffer.concat(chunks).toString())?.[1];
    if (mark !== undefined && !arrivals.has(mark)) arrivals.set(mark, at);
    const kind = /^\/(never|slow|wait)/.exec(request.url)?.[1];
    byKind[kind] = (byKind[kind] ?? 0) + 1;
    if (kind === "never") return;
    if (kind === undefined) response.end("ok");
    else setTimeout(() => response.end("ok"), delays[kind]);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
