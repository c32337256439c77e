import { entryCovers } from "./allow-list.ts";
import { classifyAddress } from "./classify-address.ts";
import type { EndpointPolicy } from "./endpoint-policy.ts";
import type { EndpointRefusal } from "./endpoint-refusal.ts";

/** The parts of an endpoint on which the judgement of an address depends. */
export type AddressQuestion = {
  host: string;
  port: number;
  /** `name` was resolved, `literal` stood in the URL, `loopback` is this machine by the development switch. */
  kind: "name" | "literal" | "loopback";
  /** A database or control port, which only an entry that names the port opens. */
  portNeedsEntry: boolean;
};

/** What speaks against dialling this address for this endpoint; `null` if nothing does. */
export function judgeAddress(question: AddressQuestion, address: string, policy: EndpointPolicy): EndpointRefusal | null {
  const found = classifyAddress(address);
  if (question.kind === "loopback") return policy.allowLoopback && found === "loopback" ? null : "address_not_public";
  switch (found) {
    case "never":
    case "loopback":
      return question.kind === "literal" ? "ip_literal" : "address_not_public";
    case "public":
    case "private":
      return judgeByList(question, address, { policy, isPublic: found === "public" });
  }
}

function judgeByList(question: AddressQuestion, address: string, context: { policy: EndpointPolicy; isPublic: boolean }): EndpointRefusal | null {
  const covering = context.policy.allowedNetworks.filter((entry) => entryCovers(entry, question.host, address));
  if (covering.some((entry) => entry.port === question.port || (entry.port === null && !question.portNeedsEntry))) return null;
  if (question.kind === "literal") return "ip_literal";
  if (question.portNeedsEntry) return "port_blocked";
  return context.isPublic ? null : "address_not_public";
}
