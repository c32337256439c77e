// A receiver in a process of its own: answers 200, and tells how many requests came and when each began.
import { createServer } from "node:http";

const arrivals = new Map();
const epoch = () => performance.timeOrigin + performance.now();
let count = 0;
const server = createServer((request, response) => {
  const at = epoch();
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    if (request.url === "/report") {
      response.end(JSON.stringify({ count, arrivals: Object.fromEntries(arrivals) }));
      return;
    }
    count += 1;
    const mark = /"alias":"([^"]+)"/.exec(Buffer.concat(chunks).toString())?.[1];
    if (mark !== undefined && !arrivals.has(mark)) arrivals.set(mark, at);
    response.end("ok");
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
