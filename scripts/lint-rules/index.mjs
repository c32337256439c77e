// Rules of our own: things that were said twice in review.
import catchAccountsForTheError from "./catch-accounts-for-the-error.mjs";
import transactionHasPermissionAndEvent from "./transaction-has-permission-and-event.mjs";

export default {
  rules: {
    "catch-accounts-for-the-error": catchAccountsForTheError,
    "transaction-has-permission-and-event": transactionHasPermissionAndEvent,
  },
};
