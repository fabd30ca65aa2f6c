import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile, markerValue, markerVariable } from './instance.ts';
import { endProcesses, sendSignal } from './instance-processes.ts';
import type { ProcessSpec } from './process-spec.ts';
import { createRestartBackoff } from './restart-backoff.ts';
import type { ProcessState, ProcessStatus } from './state-file.ts';

const pollMs = 100;
const firstReadyTimeoutMs = 90_000;
const stopTimeoutMs = 60_000;
/** A process that has never been ready and ended this often will not get better by another try. */
const startsBeforeGivingUp = 3;

/** One process that is kept running: started, watched until it answers, started again when it dies, stopped in good order. */
export class ManagedProcess {
  readonly spec: ProcessSpec;
  readonly #instanceDir: string;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  readonly #backoff = createRestartBackoff();
  #child: ChildProcess | undefined;
  #loop: Promise<void> | undefined;
  #status: ProcessStatus = 'starting';
  #restarts = 0;
  #wasReady = false;

  /** @param onChange is called whenever `state` has changed */
  constructor(spec: ProcessSpec, instanceDir: string, onChange: () => void) {
    this.spec = spec;
    this.#instanceDir = instanceDir;
    this.#onChange = onChange;
  }

  get state(): ProcessState {
    return { pid: this.#child?.pid ?? null, port: this.spec.port, status: this.#status, restarts: this.#restarts };
  }

  /** Starts it. Resolves when it is ready for the first time; rejects when it never gets there. Restarts go on afterwards. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#loop = this.#keepRunning(resolve).catch((error: Error) => {
        this.#setStatus('failed');
        reject(error);
      });
    });
  }

  /** Ends it and everything it started: its stop signal, then SIGKILL after 20 s. Resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#stop.abort();
    const child = this.#child;
    if (child?.pid !== undefined) {
      sendSignal(child.pid, this.spec.stopSignal);
      const kill = setTimeout(() => sendSignal(-(child.pid ?? 0), 'SIGKILL'), stopTimeoutMs);
      await this.#loop;
      clearTimeout(kill);
    }
    await this.#loop;
    await endProcesses(this.#instanceDir, this.spec.name);
  }

  async #keepRunning(onReady: () => void): Promise<void> {
    const deadline = Date.now() + firstReadyTimeoutMs;
    while (!this.#stop.signal.aborted) {
      const startedAt = Date.now();
      await this.#runOnce(onReady, deadline);
      if (this.#stop.signal.aborted) return;
      // What the dead process leaves behind would hold its port and its files.
      await endProcesses(this.#instanceDir, this.spec.name);
      this.#restarts += 1;
      if (!this.#wasReady && this.#restarts >= startsBeforeGivingUp) {
        throw new Error(`${this.spec.name} ended ${this.#restarts} times before it was ready.`);
      }
      this.#setStatus('restarting');
      await sleep(this.#backoff.nextDelayMs(Date.now() - startedAt), undefined, { signal: this.#stop.signal }).catch(
        () => {},
      );
    }
  }

  /** One life of the process, from its start to its end. Throws only when the first start took too long. */
  async #runOnce(onReady: () => void, firstReadyDeadline: number): Promise<void> {
    const log = openLog(this.#instanceDir, this.spec.name);
    try {
      await this.spec.prepare?.();
      if (this.#stop.signal.aborted) return;
      const child = this.#spawn(log);
      const ended = new Promise<string>((resolve) => {
        child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
        child.once('error', (error) => resolve(error.message));
      });
      let alive = true;
      void ended.finally(() => {
        alive = false;
      });
      this.#onChange();
      await Promise.race([this.#watchUntilReady(() => alive, onReady, firstReadyDeadline), ended.then(() => {})]);
      writeSync(log, `[supervisor] ${this.spec.name} ended: ${await ended}\n`);
    } catch (error) {
      writeSync(log, `[supervisor] ${(error as Error).message}\n`);
      if (error instanceof StartTimeoutError) throw error;
    } finally {
      closeSync(log);
      this.#child = undefined;
      this.#onChange();
    }
  }

  async #watchUntilReady(isAlive: () => boolean, onReady: () => void, firstReadyDeadline: number): Promise<void> {
    while (isAlive() && !this.#stop.signal.aborted) {
      if (await this.spec.isReady()) {
        if (!this.#wasReady) await this.spec.setUp?.();
        if (!isAlive()) return;
        this.#wasReady = true;
        this.#setStatus('ready');
        onReady();
        return;
      }
      if (!this.#wasReady && Date.now() > firstReadyDeadline) {
        throw new StartTimeoutError(`${this.spec.name} was not ready after ${firstReadyTimeoutMs / 1000} s.`);
      }
      await sleep(pollMs);
    }
  }

  #spawn(log: number): ChildProcess {
    const [program, ...args] = this.spec.command;
    const child = spawn(program, args, {
      cwd: this.spec.cwd,
      env: { ...this.spec.env, [markerVariable]: markerValue(this.#instanceDir, this.spec.name) },
      stdio: ['ignore', log, log],
      // A group of its own: Ctrl-C does not reach it, and the whole group can be ended.
      detached: true,
    });
    this.#child = child;
    return child;
  }

  #setStatus(status: ProcessStatus): void {
    this.#status = status;
    this.#onChange();
  }
}

class StartTimeoutError extends Error {}

function openLog(instanceDir: string, name: string): number {
  const file = logFile(instanceDir, name);
  mkdirSync(dirname(file), { recursive: true });
  return openSync(file, 'a', 0o600);
}
