/** The clock of this machine, where the application brings none. The one place of this library that reads it. */
export function systemClock(): Date {
  return new Date();
}
