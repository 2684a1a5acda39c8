/** Everything that one run of the command line tool sees and touches of its surroundings, beside files and servers. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What relative paths of options and environment variables start from. */
  readonly directory: string;
  /** The checkout: what `HOLDFAST_HOME` and relative paths in `stack.json` start from. */
  readonly root: string;
  readonly now: Date;
  /** Data. */
  stdout(data: string | Uint8Array): void;
  /** Talk. */
  stderr(text: string): void;
}
