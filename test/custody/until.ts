/** Looks again and again, for a minute at most. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks += 1) {
    if (looks > 1_200) throw new Error("What was waited for did not happen.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
