// A swallowed failure looks like a success. A catch block therefore rethrows, returns a value (a Reason), or reports.
const reporters = /^(report|fail|reject|refuse|log\w*|on\w*Error)$/;

function accountsFor(node) {
  if (node === null || typeof node !== "object") return false;
  if (Array.isArray(node)) return node.some(accountsFor);
  if (node.type === "ThrowStatement") return true;
  if (node.type === "ReturnStatement" && node.argument !== null) return true;
  if (node.type === "CallExpression") {
    const callee = node.callee.type === "MemberExpression" ? node.callee.property : node.callee;
    if (callee.type === "Identifier" && reporters.test(callee.name)) return true;
    const owner = node.callee.type === "MemberExpression" ? node.callee.object : null;
    const ownerName = owner?.type === "Identifier" ? owner.name : owner?.type === "MemberExpression" ? owner.property.name : "";
    if (/^log(ger)?$/.test(ownerName ?? "")) return true;
  }
  return Object.entries(node).some(([key, value]) => key !== "parent" && key !== "loc" && accountsFor(value));
}

export default {
  meta: { type: "problem", schema: [], messages: { swallowed: "This catch swallows the error: rethrow it, return a Reason, or report it (log, report…)." } },
  create: (context) => ({
    CatchClause(node) {
      if (!accountsFor(node.body.body)) context.report({ node, messageId: "swallowed" });
    },
  }),
};
