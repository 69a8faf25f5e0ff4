import { UNKNOWN } from "../value";
import type { PlanModifier } from "./definition";

/**
 * Plans what is in the state for a computed attribute that would become unknown: for what never changes, like an ARN. What
 * is configured and not known yet stays unknown, for it may turn out to be something else.
 */
export function useStateForUnknown<Planned>(): PlanModifier<Planned> {
  return ({ config, planned, prior, creating }) =>
    !creating && config !== UNKNOWN && planned === UNKNOWN && prior !== null ? { planned: prior } : undefined;
}

/** Replaces the resource where the plan differs from the state, also where it is unknown what it will be. */
export function requiresReplace<Planned>(): PlanModifier<Planned> {
  return ({ changed, creating }) => (!creating && changed ? { requiresReplace: true } : undefined);
}

/** Replaces the resource only where the plan is known to differ from the state: something unknown never replaces. */
export function requiresReplaceWhenKnown<Planned>(): PlanModifier<Planned> {
  return ({ planned, changed, creating }) =>
    !creating && planned !== UNKNOWN && changed ? { requiresReplace: true } : undefined;
}

/** Replaces the resource only where the configuration sets the attribute, to something that is known to differ. */
export function requiresReplaceIfConfigured<Planned>(): PlanModifier<Planned> {
  return ({ config, planned, changed, creating }) =>
    !creating && config !== null && planned !== UNKNOWN && changed ? { requiresReplace: true } : undefined;
}
