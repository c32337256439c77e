import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Pair = { key: string; cert: string };

export type Authority = {
  /** File of its certificate, for NODE_EXTRA_CA_CERTS. */
  file: string;
  /** A certificate for that name, valid for so many days from now; a negative number has it expired. */
  issue(name: string, days: number): Pair;
};

/** A certificate authority of this test's own, made with openssl in `folder`. */
export function makeAuthority(folder: string, name: string): Authority {
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { stdio: "ignore" });
  const path = (part: string): string => join(folder, `${name}-${part}`);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...newKey, "-keyout", path("ca.key"), "-out", path("ca.pem"), "-subj", `/CN=${name}`, "-days", "2");
  let serial = 0;
  const issue: Authority["issue"] = (host, days) => {
    const of = (part: string): string => path(`${String(serial)}.${part}`);
    serial += 1;
    openssl("req", ...newKey, "-keyout", of("key"), "-out", of("csr"), "-subj", `/CN=${host}`);
    writeFileSync(of("ext"), `subjectAltName=DNS:${host}\n`);
    openssl("x509", "-req", "-in", of("csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-set_serial", String(serial), "-days", String(days), "-extfile", of("ext"), "-out", of("crt"));
    return { key: readFileSync(of("key"), "utf8"), cert: readFileSync(of("crt"), "utf8") };
  };
  return { file: path("ca.pem"), issue };
}
