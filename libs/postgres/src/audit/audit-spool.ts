import { mkdir, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChainedEvent } from '@holdfast/audit-trail';

/** The spool is full: nothing more can be made durable without the database. */
export class SpoolFull extends Error {
  override readonly name = 'SpoolFull';
}

export interface SpoolOptions {
  readonly directory: string;
  readonly stream: string;
  readonly maxBytes: number;
}

type Insert = (events: readonly ChainedEvent[]) => Promise<void>;

const SUFFIX = '.spool';
const REPLAY_BATCH = 500;
const READ_BYTES = 1 << 20;

/** Files of spools that are open in this process. */
const OPEN_HERE = new Set<string>();

/**
 * One stream's events in a file while the database is away, one JSON line each. An event counts as acknowledged only
 * after its line, newline included, was synced; so a line without a newline at the end never was, and is dropped.
 */
export class AuditSpool {
  private readonly path: string;
  private file: FileHandle | undefined;
  private size = 0;
  private replayed = 0;

  constructor(private readonly options: SpoolOptions) {
    this.path = join(options.directory, `${options.stream}.${process.pid}${SUFFIX}`);
  }

  /** Resolves when the events are on disk. On failure the file is as before. One call at a time. */
  async append(events: readonly ChainedEvent[]): Promise<void> {
    const lines = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (this.size + lines.length > this.options.maxBytes) {
      throw new SpoolFull(`the audit spool has reached its limit of ${this.options.maxBytes} bytes`);
    }
    this.file ??= await this.create();
    try {
      await writeFully(this.file, lines, this.size);
      await this.file.datasync();
      this.size += lines.length;
    } catch (error) {
      // Half a line must not stand before the next one; the position is kept, so the next write covers it anyway.
      await this.file.truncate(this.size).catch(() => undefined);
      throw error;
    }
  }

  /** Hands over what was not handed over yet, in order. May run while `append` does. */
  async replay(insert: Insert): Promise<void> {
    if (this.file === undefined) return;
    for await (const { events, end } of completeLines(this.file, this.replayed, this.size)) {
      await insert(events);
      this.replayed = end;
    }
  }

  /** Ends the spool after everything was replayed; the next `append` begins a new one. */
  async remove(): Promise<void> {
    if (this.file === undefined) return;
    await this.close();
    await unlink(this.path);
    this.size = 0;
    this.replayed = 0;
  }

  /** Closes the file and leaves it for the next start. */
  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
    OPEN_HERE.delete(this.path);
  }

  private async create(): Promise<FileHandle> {
    const file = await open(this.path, 'wx+', 0o600);
    OPEN_HERE.add(this.path);
    await syncDirectory(this.options.directory);
    return file;
  }
}

/** Makes the directory, if need be, and throws unless files can be made in it. */
export async function prepareSpoolDirectory(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const probe = join(directory, `.writable-${process.pid}`);
  await (await open(probe, 'w', 0o600)).close();
  await unlink(probe);
}

/** A spool file that this process has not open. */
export interface LeftSpool {
  readonly path: string;
  /**
   * Whether a process with the id of its writer runs. It may be the writer; it may as well be another one that got
   * the same id since, so the events are stored in any case, and only the file is left alone.
   */
  readonly inUse: boolean;
}

/** Spool files of `application` that other processes wrote: earlier runs, or others beside this one. */
export async function findLeftSpools(directory: string, application: string): Promise<LeftSpool[]> {
  const names = await readdir(directory);
  return names
    .filter((name) => name.startsWith(`${application}-`) && name.endsWith(SUFFIX))
    .sort()
    .map((name) => ({ path: join(directory, name), inUse: isRunning(Number(name.split('.').at(-2))) }))
    .filter(({ path }) => !OPEN_HERE.has(path));
}

/**
 * Inserts the events of a left spool file, and removes it unless it may be in use. Storing an event twice changes
 * nothing. Throws, and leaves the file, if a complete line is damaged.
 */
export async function replayLeftSpool({ path, inUse }: LeftSpool, insert: Insert): Promise<void> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    for await (const { events } of completeLines(file, 0, size)) await insert(events);
  } finally {
    await file.close();
  }
  if (!inUse) await unlink(path);
}

async function* completeLines(
  file: FileHandle,
  from: number,
  to: number,
): AsyncGenerator<{ events: ChainedEvent[]; end: number }> {
  let rest = Buffer.alloc(0);
  let events: ChainedEvent[] = [];
  let end = from;
  for (let position = from; position < to;) {
    const chunk = Buffer.alloc(Math.min(READ_BYTES, to - position));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (let newline = rest.indexOf(NEWLINE); newline >= 0; newline = rest.indexOf(NEWLINE)) {
      events.push(toChainedEvent(rest.toString('utf8', 0, newline)));
      rest = rest.subarray(newline + 1);
      end = position - rest.length;
      if (events.length === REPLAY_BATCH) {
        yield { events, end };
        events = [];
      }
    }
  }
  if (events.length > 0) yield { events, end };
}

const NEWLINE = 0x0a;

function toChainedEvent(line: string): ChainedEvent {
  const { stream, seq, body, previousHash, hash } = JSON.parse(line) as ChainedEvent;
  if ([stream, body, previousHash, hash].some((text) => typeof text !== 'string') || !Number.isInteger(seq)) {
    throw new SyntaxError('a line of the audit spool is not a chained event');
  }
  return { stream, seq, body, previousHash, hash };
}

async function writeFully(file: FileHandle, octets: Buffer, position: number): Promise<void> {
  for (let done = 0; done < octets.length;) {
    done += (await file.write(octets, done, octets.length - done, position + done)).bytesWritten;
  }
}

/** The file's name is durable only with its directory. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Another process with this id. Our own id in an old file is a coincidence, usual in containers. */
function isRunning(pid: number): boolean {
  if (pid === process.pid || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
