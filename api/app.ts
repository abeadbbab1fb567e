import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { type AddressTable, guardAddresses, readAddresses } from "./addresses.ts";
import { authenticate } from "./authentication.ts";
import type { ApiDependencies } from "./dependencies.ts";
import type { Api, ApiContext, ApiEnvironment } from "./environment.ts";
import { commandsOver } from "./idempotency.ts";
import { describeApi } from "./openapi.ts";
import { PROBLEM_STATUS, problemResponse, Refusal, refusalOf } from "./problems.ts";
import { readBody } from "./request-body.ts";
import { apiHeaders, logRequests, markRequest } from "./request-marks.ts";
import { createResidents } from "./residents.ts";
import { addAccountRoutes } from "./routes/accounts.ts";
import { addBillPushRoute } from "./routes/bill-push.ts";
import { addBillRoutes } from "./routes/bills.ts";
import { addGatewayNotificationRoute } from "./routes/gateway-notifications.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addMandateChangeRoutes } from "./routes/mandate-changes.ts";
import { addMandateRoutes } from "./routes/mandates.ts";
import { addMethodRoutes } from "./routes/methods.ts";
import { addOperatorControlRoutes } from "./routes/operator-controls.ts";
import { addOperatorRoutes } from "./routes/operator.ts";
import { addPaymentCommandRoutes } from "./routes/payment-commands.ts";
import { addPaymentRoutes } from "./routes/payments.ts";
import type { RouteTools } from "./routes/route-tools.ts";
import { refuseInvalid } from "./validation.ts";

const COMMAND_BODY_BYTES = 64 * 1024;
/** A thousand bills at once. */
const PUSH_BODY_BYTES = 5 * 1024 * 1024;
const PUSH_PATH = /^\/v1\/billers\/[^/]+\/bills$/;
const OPEN_PATHS = /^\/v1\/(billers\/[^/]+\/bills|gateways\/[^/]+\/notifications)$/;

/** Builds the API over its dependencies: a Hono application that serves `/v1`, `/health` and `/openapi.json`. */
export function createApi(dependencies: ApiDependencies): Api {
  const api: Api = new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result, c: ApiContext) => {
      if (result.success) return;
      throw refuseInvalid(result.error, inputOf(c), c.get("locale"));
    },
  });
  const addresses: AddressTable = [];
  api.use(markRequest(), logRequests(dependencies.log), apiHeaders(), guardAddresses(addresses));
  const authenticated = authenticate(dependencies.verifyToken);
  api.use("/v1/*", (c: ApiContext, next) => (OPEN_PATHS.test(c.req.path) ? next() : authenticated(c, next)));
  api.use(
    "/v1/*",
    readBody((path) => (PUSH_PATH.test(path) ? PUSH_BODY_BYTES : COMMAND_BODY_BYTES)),
  );
  addRoutes(api, {
    ...dependencies,
    residentOf: createResidents(dependencies.db),
    addCommand: commandsOver(dependencies.db, dependencies.sealer),
  });
  const document = describeApi(api);
  api.get("/openapi.json", (c) => c.json(document));
  readAddresses(api, addresses);
  addresses.push({ pattern: /^\/openapi\.json$/, methods: ["GET", "HEAD", "OPTIONS"] });
  api.notFound((c) => answer(c, new Refusal("not-found")));
  api.onError((error, c) => answerError(error, c, dependencies));
  return api;
}

function addRoutes(api: Api, tools: RouteTools): void {
  addHealthRoutes(api, tools);
  addAccountRoutes(api, tools);
  addBillRoutes(api, tools);
  addBillPushRoute(api, tools);
  addMethodRoutes(api, tools);
  addMandateRoutes(api, tools);
  addMandateChangeRoutes(api, tools);
  addPaymentRoutes(api, tools);
  addPaymentCommandRoutes(api, tools);
  addGatewayNotificationRoute(api, tools);
  addOperatorRoutes(api, tools);
  addOperatorControlRoutes(api, tools);
}

function answerError(error: unknown, c: ApiContext, { log }: ApiDependencies): Response {
  const refusal = error instanceof HTTPException ? refusalOfHttp(error) : refusalOf(error);
  if (PROBLEM_STATUS[refusal.code] >= 500) {
    const about = { requestId: c.get("requestId"), code: refusal.code, error: refusal.cause ?? error };
    log.error(about, "request failed");
  }
  return answer(c, refusal);
}

/** Hono's own refusals: of bodies that are no JSON, or that say they are something else. */
function refusalOfHttp(error: HTTPException): Refusal {
  if (error.status === 415) return new Refusal("content-type-wrong");
  if (error.status === 413) return new Refusal("body-too-large");
  return new Refusal(error.status < 500 ? "body-not-json" : "internal", {}, error);
}

function answer(c: ApiContext, refusal: Refusal): Response {
  return problemResponse(refusal, { locale: c.get("locale"), requestId: c.get("requestId") });
}

/** The JSON of the body, where there is one, for sentences about what was found in it. */
function inputOf(c: ApiContext): unknown {
  try {
    return JSON.parse(c.get("rawBody")) as unknown;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
