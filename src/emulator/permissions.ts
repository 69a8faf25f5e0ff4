import { matchesAction, requireKnown, requireKnownAction, requirePlace } from "./vocabulary";

/** What a denial is about. Whatever is left out matches everything. */
export interface DenialScope {
  /** Region of the request, or `qkms`. */
  readonly region?: string;
  /** Key id or key ARN. */
  readonly keyId?: string;
  /** Access key id of the caller. */
  readonly accessKeyId?: string;
}

export interface Denial extends DenialScope {
  /** `kms:ImportKeyMaterial`; `*` stands for any letters, as in `kms:*`. */
  readonly action: string;
}

/** What callers may not do. Everything is allowed until it is denied. */
export interface Permissions {
  /** @throws TypeError where the action or the scope would match no request, as a misspelled one does */
  deny(action: string, scope?: DenialScope): void;
  /** Takes back every denial of this action; without one, all of them. @throws TypeError where there is no such action */
  allow(action?: string): void;
  /** What is denied now. */
  list(): readonly Denial[];
}

export interface PermissionCheck extends Permissions {
  denies(request: { action: string; region: string; keyArn: string | undefined; accessKeyId: string }): boolean;
}

const scopeMembers = ["region", "keyId", "accessKeyId"] as const satisfies (keyof DenialScope)[];

/** @param actions every permission that a request can take */
export function permissionCheck(actions: readonly string[]): PermissionCheck {
  let denials: Denial[] = [];
  return {
    deny: (action, scope = {}) => {
      requireKnownAction(action, actions);
      for (const name of Object.keys(scope)) requireKnown("member of a denial", name, scopeMembers);
      requirePlace(scope.region, scope.keyId);
      denials.push({ ...scope, action });
    },
    allow: (action) => {
      if (action !== undefined) requireKnownAction(action, actions);
      denials = action === undefined ? [] : denials.filter((denial) => denial.action !== action);
    },
    list: () => [...denials],
    denies: (request) =>
      denials.some(
        (denial) =>
          matchesAction(denial.action, request.action) &&
          (denial.region === undefined || denial.region === request.region) &&
          (denial.keyId === undefined || namesKey(denial.keyId, request.keyArn)) &&
          (denial.accessKeyId === undefined || denial.accessKeyId === request.accessKeyId),
      ),
  };
}

/** Whether an id or ARN names the key of this ARN. */
export function namesKey(keyId: string, keyArn: string | undefined): boolean {
  return keyArn !== undefined && (keyArn === keyId || keyArn.endsWith(`/${keyId}`));
}
