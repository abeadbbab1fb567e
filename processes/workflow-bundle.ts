import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleWorkflowCode, type WorkflowBundleOption } from "@temporalio/worker";
import { failureConverterPath } from "./data-converter.ts";

/** The workflows as one piece of code: built once by `npm run build`, or made here from the sources. */
export async function loadWorkflowBundle(): Promise<WorkflowBundleOption> {
  const built = fileURLToPath(new URL("../workflow-bundle.js", import.meta.url));
  if (!import.meta.url.endsWith(".ts") && existsSync(built)) return { codePath: built };
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL("../workflows/index.ts", import.meta.url)),
    failureConverterPath,
  });
}
