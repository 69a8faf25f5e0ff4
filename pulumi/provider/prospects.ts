import { materialName } from "./resource-name";

/**
 * What the keys of a run will be once its resources are applied that were planned so far: a preview looks at a key as it is
 * now, and what comes after those resources must not be refused for that.
 */
export class Prospects {
  readonly #materials = new Set<string>();
  readonly #currents = new Set<string>();

  /** Material that the key lacks will be in it. */
  willHold(keyArn: string, materialId: string): void {
    this.#materials.add(nameOf(keyArn, materialId));
  }

  holds(keyArn: string, materialId: string): boolean {
    return this.#materials.has(nameOf(keyArn, materialId));
  }

  /** The key will be rotated to this material, in all its Regions. */
  willRotate(keyArn: string, materialId: string): void {
    this.#currents.add(materialName(keyArn, materialId));
  }

  rotates(keyArn: string, materialId: string): boolean {
    return this.#currents.has(materialName(keyArn, materialId));
  }
}

function nameOf(keyArn: string, materialId: string): string {
  return `${keyArn},${materialId}`;
}
