import { terraformTool } from "./terraform-tool";
import { walks } from "./walks";

walks("terraform", "aws", terraformTool, { short: 15, long: 3400 });
