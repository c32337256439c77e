// Loaded into a server before anything else: its clock is wrong by FAULT_CLOCK_OFFSET_MS, and jumps as far to the other
// side on SIGUSR2. Timers and durations are not touched, as with a real clock that is set.
let offset = Number(process.env.FAULT_CLOCK_OFFSET_MS);
const RealDate = Date;
globalThis.Date = class Date extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(RealDate.now() + offset);
    else super(...parts);
  }

  static now() {
    return RealDate.now() + offset;
  }
};
process.on("SIGUSR2", () => {
  offset = -offset;
});
