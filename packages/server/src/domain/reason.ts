/**
 * Why something did not fire, was not delivered, or was given up: one closed list, stored, counted and shown.
 * A value is never renamed: histories hold it.
 */
export const reasons = {
  // why a firing was skipped
  filter_unreadable: "The automation's filter could not be read.",
  own_webhook: "The automation calls the very webhook that the event is about: its own failure would raise the next event.",
  cooldown: "The automation fired for this run not long enough ago.",
  hook_invalid: "The run hook is not one that can be carried out; its list of hooks says what is wrong.",
  loop_depth: "The event has too many deliveries behind it: an automation goes in circles.",
  loop_rate: "The automation fired too often for the same thing within a short time: it goes in circles.",
  rights_lost: "Whoever last changed the automation, or owns its webhook, no longer has the role that it needs; saved by someone who has, it goes on.",
  // why a delivery waits
  breaker_open: "Held back: the webhook's last attempts failed, and its circuit breaker is open.",
  // why a delivery failed for good, before it was tried
  webhook_missing: "The webhook was deleted.",
  webhook_disabled: "The webhook is disabled.",
  action_unknown: "This server has no action of that type.",
  payload_unreadable: "The automation's payload could not be read.",
  body_too_large: "The rendered body is over the limit.",
  secret_missing: "A secret that the webhook names was deleted.",
  secret_unreadable: "A secret could not be decrypted with this server's key.",
  template_invalid: "A template of the run hook does not parse.",
  template_failed: "A template of the run hook could not be evaluated.",
  template_out_of_fuel: "A template of the run hook takes too many steps.",
  template_out_of_memory: "A template of the run hook needs too much memory.",
  template_timeout: "A template of the run hook takes too long.",
  // why an attempt failed
  endpoint_not_allowed: "The endpoint is not one that webhooks may call.",
  dns_failure: "The host name could not be resolved.",
  connect_failed: "No connection could be made.",
  connection_reset: "The connection was closed before an answer came.",
  tls_failure: "The TLS handshake failed.",
  request_invalid: "The request could not be built: a header has a value that cannot be sent.",
  timeout: "No complete answer came in time.",
  protocol_error: "The answer was not HTTP.",
  headers_too_large: "The answer's headers are over the limit.",
  status_not_success: "The receiver answered with a status that is not 2xx.",
  redirect: "The receiver answered with a redirect; redirects are never followed.",
  gone: "The receiver answered 410 Gone; a webhook is then disabled.",
  interrupted: "The worker stopped or lost its lease before the outcome was stored; the delivery was tried again.",
  webhook_failing: "Nothing but failures for days; the webhook was disabled.",
  // why a delivery was ended
  redelivery_cancelled: "The redelivery that it was part of was cancelled before this one began.",
  // why a delivery was given up
  attempts_exhausted: "Every attempt of the schedule failed.",
} as const satisfies Record<string, string>;

export type Reason = keyof typeof reasons;

/** Whether the text is one of them. */
export const isReason = (text: string): text is Reason => Object.hasOwn(reasons, text);
