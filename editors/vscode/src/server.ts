/** One run of the language server: the client, and the process that it talks to. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { CloseAction, type ErrorHandler, LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";

/** A server that has not answered `initialize` by then is taken for one that never will. */
const START_MS = 30_000;
/** What a server is given to answer `shutdown`, and then to end by itself after `exit`. */
const STOP_MS = 2_000;

/** Leaves it to its user to tell of a failed start: by itself it shows up to three messages for one. */
class Client extends LanguageClient {
  quiet = true;

  override error(message: string, data?: unknown, show: boolean | "force" = true): void {
    super.error(message, data, this.quiet ? false : show);
  }
}

export class Server {
  readonly #client: Client;
  #process: ChildProcess | undefined;

  constructor(command: string, args: string[], cwd: string | undefined, options: LanguageClientOptions) {
    // The process is ours and not the client's, so that one that hangs in `initialize` can be ended, too.
    // The client calls this again after a crash.
    const run = async (): Promise<ChildProcess> => {
      const child = spawn(command, args, { cwd, stdio: "pipe" });
      await once(child, "spawn");
      this.#process = child;
      return child;
    };
    let usual: ErrorHandler | undefined;
    const handler = (): ErrorHandler => (usual ??= this.#client.createDefaultErrorHandler());
    this.#client = new Client("nixpod-lint", "nixpod-lint", run, {
      ...options,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (error, message, count) => handler().error(error, message, count),
        // Started again after a crash (the client gives up after a few), but not if it never worked.
        closed: () => (this.#client.quiet ? { action: CloseAction.DoNotRestart, handled: true } : handler().closed()),
      },
    });
  }

  async start(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it gave no answer within ${START_MS / 1000} s`)), START_MS);
    });
    try {
      await Promise.race([this.#client.start(), late]);
      this.#client.quiet = false;
    } catch (error) {
      const child = this.#process;
      if (child === undefined) throw error;
      // A closed connection is the sign of a process that is about to end; how it ended says more.
      await ended(child);
      throw child.exitCode === null ? error : new Error(`it ended with exit code ${child.exitCode}`);
    } finally {
      clearTimeout(timer);
    }
  }

  async stop(): Promise<void> {
    this.#client.quiet = true;
    try {
      if (this.#client.isRunning()) await this.#client.stop(STOP_MS);
    } finally {
      if (this.#process !== undefined) await ended(this.#process);
    }
  }
}

/** Waits for the end of a process, and brings it about if it takes too long. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await once(child, "exit");
  clearTimeout(timer);
}
