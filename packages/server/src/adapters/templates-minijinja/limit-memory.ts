/** In pages of 64 KiB: 64 MiB. */
export const mostPages = 1_024;

const headerBytes = 8;
const memorySection = 5;

/**
 * Writes a maximum into the memory section of a WebAssembly module, so that the engine itself refuses to grow further:
 * a limit on the worker thread is none, since an allocation that fails there can end the whole process.
 */
export function limitMemory(module: Uint8Array, pages: number = mostPages): Uint8Array {
  for (let at = headerBytes; at < module.length; ) {
    const start = at;
    const size = readNumber(module, at + 1);
    const body = size.next;
    at = body + size.value;
    if (module[start] !== memorySection) continue;
    // One memory, whose limits are a flag (0: a minimum only, 1: a maximum too) and the numbers.
    const [count, flags] = [module[body], module[body + 1]];
    if (count !== 1 || (flags !== 0 && flags !== 1)) throw new Error("The template engine has another kind of memory than is known here.");
    const least = readNumber(module, body + 2).value;
    const section = [1, 1, ...writeNumber(least), ...writeNumber(pages)];
    return Buffer.concat([module.subarray(0, start), Buffer.from([memorySection, ...writeNumber(section.length), ...section]), module.subarray(at)]);
  }
  throw new Error("The template engine has no memory of its own.");
}

/** Unsigned LEB128. */
function readNumber(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error("The template engine's module breaks off.");
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
}

function writeNumber(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...writeNumber(Math.floor(value / 0x80))];
}
