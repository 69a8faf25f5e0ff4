import { terraformTool } from "./terraform-tool";
import { walks } from "./walks";

walks("terraform", "alibaba", terraformTool, { short: 15, long: 3400 });
