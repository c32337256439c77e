import type { Random } from "../../kit/random.ts";
import { writeTraceparent } from "../../kit/traceparent.ts";
import type { SendInput } from "../../ports/action/port.ts";

/** The header `traceparent` of a request. Where nobody traces there is one trace for all attempts of an execution, and each attempt is a span of it. */
export const traceparentFor = ({ traceparent, executionId }: Pick<SendInput, "traceparent" | "executionId">, random: Random): string =>
  traceparent ?? writeTraceparent({ traceId: executionId.replaceAll("-", ""), spanId: random.bytes(8).toString("hex"), sampled: true });
