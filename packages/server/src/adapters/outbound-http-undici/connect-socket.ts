import { connect as connectNet, isIP, type Socket } from "node:net";
import { connect as connectSecure, type SecureContext } from "node:tls";

/** `code` is the system's or OpenSSL's name of the error, or `timeout`. */
export type SocketResult = { ok: true; socket: Socket } | { ok: false; code: string };

const codeOf = (error: Error): string => ("code" in error && typeof error.code === "string" ? error.code : "unknown");

// An error event without a listener would end the process; whoever owns the socket then sees it closed.
const ignore = (): void => undefined;

function awaitSocket(socket: Socket, readyEvent: "connect" | "secureConnect", timeoutMs: number): Promise<SocketResult> {
  return new Promise((resolve) => {
    const settle = (result: SocketResult): void => {
      clearTimeout(timer);
      socket.off(readyEvent, onReady).off("error", onError).off("close", onClose).on("error", ignore);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const onReady = (): void => settle({ ok: true, socket });
    const onError = (error: Error): void => settle({ ok: false, code: codeOf(error) });
    const onClose = (): void => settle({ ok: false, code: "ECONNRESET" });
    const timer = setTimeout(() => settle({ ok: false, code: "timeout" }), Math.max(0, timeoutMs));
    socket.once(readyEvent, onReady).once("error", onError).once("close", onClose);
  });
}

/** Dials one address. `address` is an IP in text form, never a name, so nothing is looked up here. */
export function connectTcp(address: string, port: number, timeoutMs: number): Promise<SocketResult> {
  const socket = connectNet({ host: address, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 });
  return awaitSocket(socket, "connect", timeoutMs);
}

/** TLS on a connected socket; the certificate must be valid for `host`, whatever the environment says. */
export function startTls(socket: Socket, options: { host: string; secureContext: SecureContext; timeoutMs: number }): Promise<SocketResult> {
  const { host, secureContext } = options;
  const secure = connectSecure({
    socket, host, secureContext,
    servername: isIP(host) === 0 ? host : "",
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: true,
  });
  return awaitSocket(secure, "secureConnect", options.timeoutMs);
}
