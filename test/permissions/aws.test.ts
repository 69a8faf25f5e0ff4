import { clouds } from "./clouds";
import { deniesEachPermission } from "./denials";

deniesEachPermission(clouds.aws);
