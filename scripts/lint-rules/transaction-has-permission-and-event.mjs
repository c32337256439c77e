// A verb in features/ that opens a transaction checks a permission and captures an event, or says noEvent("why").
const opens = new Set(["transaction", "withTransaction"]);
const captures = /^(capture\w*|noEvent)$/;
const permits = /^(require\w*|permit\w*|may\w*|assertMay\w*|visible\w*|noViewer)$/;

function namesCalled(node, found) {
  if (node === null || typeof node !== "object") return found;
  if (Array.isArray(node)) { node.forEach((each) => namesCalled(each, found)); return found; }
  if (node.type === "CallExpression") {
    const callee = node.callee.type === "MemberExpression" ? node.callee.property : node.callee;
    if (callee.type === "Identifier") found.add(callee.name);
  }
  for (const [key, value] of Object.entries(node)) if (key !== "parent" && key !== "loc") namesCalled(value, found);
  return found;
}

export default {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      event: "This file opens a transaction but neither captures an event nor says noEvent(\"why\").",
      permission: "This file opens a transaction without checking a permission (require…/visible… from permissions.ts; noViewer(\"why\") where nobody asks).",
    },
  },
  create: (context) => ({
    "Program:exit"(program) {
      const called = namesCalled(program.body, new Set());
      if (![...called].some((name) => opens.has(name))) return;
      if (![...called].some((name) => captures.test(name))) context.report({ node: program, messageId: "event" });
      if (![...called].some((name) => permits.test(name))) context.report({ node: program, messageId: "permission" });
    },
  }),
};
