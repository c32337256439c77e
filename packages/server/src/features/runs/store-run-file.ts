import type { RunFileRow } from "../../db/queries/run-files.ts";
import { findRunFilesById, saveRunFileUpload } from "../../db/queries/run-files.ts";
import { Failure, invalidAt, notFound } from "../../domain/failure.ts";
import type { PutResult, StoredObject } from "../../ports/object-store/port.ts";
import { isObjectKey } from "../../ports/object-store/port.ts";
import type { Services } from "../services.ts";
import { runFileKey } from "./object-keys.ts";
import { removeObjects } from "./remove-objects.ts";

export type RunFileUpload = {
  body: AsyncIterable<Uint8Array>;
  /** What the client announced; null where it did not. */
  sizeBytes: number | null;
  md5Base64: string | null;
  mimeType: string | null;
};

/**
 * Stores what a signed link allows to be stored; the link is the permission. Each upload is an object of its own, so
 * the row's size and digest are always those of the object that it names.
 */
export async function storeRunFile(services: Pick<Services, "db" | "objects" | "clock" | "ids" | "log" | "limits">, fileId: number, upload: RunFileUpload): Promise<void> {
  const file = await requireFile(services, fileId);
  const key = runFileKey(file.run_id, services.ids());
  const put = await services.objects.put(key, upload.body, {
    maxBytes: services.limits.runFileBytes,
    ...(upload.sizeBytes === null ? {} : { sizeBytes: upload.sizeBytes }),
    ...(upload.md5Base64 === null ? {} : { md5Base64: upload.md5Base64 }),
  });
  if (!put.ok) throw refusal(put.reason, services.limits.runFileBytes);
  const { sizeBytes, md5Base64 } = put;
  const saved = await saveRunFileUpload(services.db, fileId, { objectKey: key, sizeBytes, md5Base64, mimeType: upload.mimeType, at: services.clock.now() });
  if (saved === null) {
    await removeObjects(services, [key]);
    throw notFound("File");
  }
  if (saved.replaced !== null) await removeObjects(services, [saved.replaced]);
}

function refusal(reason: Exclude<PutResult, { ok: true }>["reason"], limit: number): Failure {
  switch (reason) {
    case "too_large":
      return new Failure("too_large", `A file may have at most ${limit} bytes.`);
    case "size_mismatch":
      return invalidAt("Content-Length", "the body has another size");
    case "digest_mismatch":
      return invalidAt("Content-MD5", "the body has another digest");
  }
}

/** The file and its content, as a signed link allows to read it; not_found before it was uploaded. */
export async function openRunFile(services: Pick<Services, "db" | "objects">, fileId: number): Promise<{ file: RunFileRow; content: StoredObject }> {
  const file = await requireFile(services, fileId);
  const content = file.object_key !== null && isObjectKey(file.object_key) ? await services.objects.get(file.object_key) : null;
  if (content === null) throw notFound("File");
  return { file, content };
}

async function requireFile(services: Pick<Services, "db">, fileId: number): Promise<RunFileRow> {
  const [file] = await findRunFilesById(services.db, [fileId]);
  if (file === undefined) throw notFound("File");
  return file;
}
