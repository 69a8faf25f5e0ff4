/** How long an operation on a key or its material may take where nothing says otherwise: the same in every face. */
export const defaultOperationTimeout = { duration: "20m", milliseconds: 20 * 60_000 } as const;
