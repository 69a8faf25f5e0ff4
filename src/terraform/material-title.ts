/** The title of what concerns the material in general. */
export const materialTitle = "Imported Key Material";

/**
 * The host prints only the first of several warnings with one title, and which key is in trouble must be seen of each.
 * The announcements share a title: the plan shows the reason of each of them anyway.
 */
export function titleFor(keyArn: string | undefined): string {
  return keyArn === undefined ? materialTitle : `${materialTitle} of ${keyArn.slice(keyArn.lastIndexOf(":") + 1)}`;
}
