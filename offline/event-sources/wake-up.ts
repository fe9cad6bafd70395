/** Lets one loop sleep until there is something to do, or until some time has passed. */
export class WakeUp {
  #wake: (() => void) | undefined;
  #isDue = false;

  /** Ends the present sleep, or the next one before it begins. */
  now(): void {
    this.#isDue = true;
    this.#wake?.();
  }

  async sleep(milliseconds: number): Promise<void> {
    if (!this.#isDue) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds).unref();
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#isDue = false;
  }
}
