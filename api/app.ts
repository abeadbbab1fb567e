import { OpenAPIHono } from "@hono/zod-openapi";
import { HTTPException } from "hono/http-exception";
import { type AddressTable, guardAddresses, readAddresses } from "./addresses.ts";
import { authenticate } from "./authentication.ts";
import type { ApiDependencies } from "./dependencies.ts";
import type { Api, ApiContext, ApiEnvironment } from "./environment.ts";
import { commandsOver } from "./idempotency.ts";
import { describeApi } from "./openapi.ts";
import { PROBLEM_STATUS, problemResponse, Refusal, refusalOf } from "./problems.ts";
import { type BodyRule, readBody } from "./request-body.ts";
import { apiHeaders, logRequests, markRequest } from "./request-marks.ts";
import { createResidents } from "./residents.ts";
import { addAccountRoutes } from "./routes/accounts.ts";
import { addArchiveRoutes } from "./routes/archive.ts";
import { addBillerRoutes } from "./routes/billers.ts";
import { addBalanceRoute } from "./routes/balances.ts";
import { addBillPushRoute } from "./routes/bill-push.ts";
import { addBillRoutes } from "./routes/bills.ts";
import { isBulkPush } from "./routes/bulk-push.ts";
import { addFindingRoutes } from "./routes/finding.ts";
import { addForecastRoute } from "./routes/forecast.ts";
import { addFreshnessRoute } from "./routes/freshness.ts";
import { addGatewayNotificationRoute } from "./routes/gateway-notifications.ts";
import { addIdentifierRoutes } from "./routes/identifiers.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addMeRoutes } from "./routes/me.ts";
import { addInboundMailRoute, INBOUND_MAIL_BYTES, INBOUND_MAIL_PATH } from "./routes/inbound-mail.ts";
import { addMandateChangeRoutes } from "./routes/mandate-changes.ts";
import { addMandateConsentRoutes, CONSENT_KEYS_PATH } from "./routes/mandate-consents.ts";
import { addMandateRoutes } from "./routes/mandates.ts";
import { addMethodRoutes } from "./routes/methods.ts";
import { addMyDataRoutes } from "./routes/my-data.ts";
import { addEmailRoutes } from "./routes/my-email.ts";
import { addSavedIdentifierRoutes } from "./routes/my-identifiers.ts";
import { addNotificationRoutes } from "./routes/my-notifications.ts";
import { addTestMessageRoutes } from "./routes/my-test-messages.ts";
import { addOperatorCaseRoutes } from "./routes/operator-cases.ts";
import { addOperatorClockRoutes } from "./routes/operator-clock.ts";
import { addOperatorControlRoutes } from "./routes/operator-controls.ts";
import { addOperatorResolutionRoutes } from "./routes/operator-resolutions.ts";
import { addOperatorSessionRoutes } from "./routes/operator-sessions.ts";
import { addOperatorWidgetRoutes } from "./routes/operator-widgets.ts";
import { addOperatorRoutes } from "./routes/operator.ts";
import { addPaymentCommandRoutes } from "./routes/payment-commands.ts";
import { addPaymentRoutes } from "./routes/payments.ts";
import { addPushDeviceRoutes } from "./routes/my-push-devices.ts";
import { addPushReceiptRoutes } from "./routes/push-receipts.ts";
import { addReceiptRoutes } from "./routes/receipts.ts";
import { addRegistryFileRoutes } from "./routes/registry-files.ts";
import { addTemplatePaymentRoutes } from "./routes/template-payments.ts";
import { addTemplateRoutes } from "./routes/templates.ts";
import type { RouteTools } from "./routes/route-tools.ts";
import { addSourceNoticeRoute } from "./routes/source-notices.ts";
import { addOperatorWebhookDeliveryRoutes } from "./routes/operator-webhook-deliveries.ts";
import { addOperatorWebhookRoutes } from "./routes/operator-webhooks.ts";
import { addWebhookEventRoute } from "./routes/webhook-events.ts";
import { addUnsubscribeRoutes } from "./routes/unsubscribing.ts";
import { addWhyRoutes } from "./routes/why.ts";
import { addSessionRoutes } from "./routes/sessions.ts";
import { addSignedLinkRoutes } from "./routes/signed-links.ts";
import { refuseInvalid } from "./validation.ts";

const COMMAND_BODY_BYTES = 64 * 1024;
/** A thousand bills at once. */
const PUSH_BODY_BYTES = 5 * 1024 * 1024;
/** A document of 5 MB in base64, and what stands around it. */
const DOCUMENT_BODY_BYTES = 7 * 1024 * 1024;
/** Four kilobytes in base64, and what stands around it. */
const QR_BODY_BYTES = 8 * 1024;
const PICTURE_BODY_BYTES = 5 * 1024 * 1024;
const DOCUMENT_PATH = /^\/v1\/operator\/charges\/[^/]+\/resolutions$/;
const PUSH_PATH = /^\/v1\/billers\/[^/]+\/(bills|balances)$/;
/** Files of billers: who sends them may be a program with a signature, judged by the routes themselves. */
const FILES_PATH = /^\/v1\/billers\/[^/]+\/registry-files(\/|$)/;
/** A hundred charges, each with its requisites. */
const NOTICE_BODY_BYTES = 2 * 1024 * 1024;
const OPEN_PATHS =
  /^\/v1\/(terms|inbound\/mail|push\/(shown|renewed)|links\/(look|use)|unsubscribes\/(look|use|undo)|billers\/[^/]+\/(bills|balances|registry-files(\/.*)?)|gateways\/[^/]+\/notifications|bill-sources\/[^/]+\/notices)$/;
const NOTICE_PATH = /^\/v1\/bill-sources\/[^/]+\/notices$/;

/** Builds the API over its dependencies: a Hono application that serves `/v1`, `/health` and `/openapi.json`. */
export function createApi(dependencies: ApiDependencies): Api {
  const api: Api = new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result, c: ApiContext) => {
      if (result.success) return;
      throw refuseInvalid(result.error, inputOf(c), c.get("locale"));
    },
  });
  const addresses: AddressTable = [];
  api.use(
    markRequest(dependencies.trustedProxies ?? []),
    logRequests(dependencies.log),
    apiHeaders(),
    guardAddresses(addresses),
  );
  const authenticated = authenticate(dependencies.verifyToken, dependencies.operatorAcrValues);
  api.use("/v1/*", (c: ApiContext, next) => (OPEN_PATHS.test(c.req.path) ? next() : authenticated(c, next)));
  const read = readBody(bodyRuleOf);
  api.use("/v1/*", (c: ApiContext, next) => (isStreamed(c) ? next() : read(c, next)));
  addRoutes(api, {
    ...dependencies,
    ...createResidents(dependencies.db),
    addCommand: commandsOver(dependencies),
  });
  const document = describeApi(api);
  api.get("/openapi.json", (c) => c.json(document));
  readAddresses(api, addresses);
  addresses.push({ pattern: /^\/openapi\.json$/, methods: ["GET", "HEAD", "OPTIONS"] });
  addresses.push({
    pattern: new RegExp(`^${CONSENT_KEYS_PATH.replaceAll(".", "\\.")}$`),
    methods: ["GET", "HEAD", "OPTIONS"],
  });
  api.notFound((c) => answer(c, new Refusal("not-found")));
  api.onError((error, c) => answerError(error, c, dependencies));
  return api;
}

/** What may be as long as a city's month goes by and is never held. */
function isStreamed(c: ApiContext): boolean {
  const { path } = c.req;
  return (
    FILES_PATH.test(path) ||
    (PUSH_PATH.test(path) && path.endsWith("/bills") && isBulkPush(c.req.header("content-type")))
  );
}

function bodyRuleOf(path: string): BodyRule {
  if (path === "/v1/payment-qr") return { mostBytes: QR_BODY_BYTES, as: "bytes" };
  if (path === "/v1/payment-qr/picture") return { mostBytes: PICTURE_BODY_BYTES, as: "bytes" };
  if (path === INBOUND_MAIL_PATH) return { mostBytes: INBOUND_MAIL_BYTES, as: "bytes" };
  if (NOTICE_PATH.test(path)) return { mostBytes: NOTICE_BODY_BYTES, as: "bytes" };
  if (PUSH_PATH.test(path)) return { mostBytes: PUSH_BODY_BYTES, as: "text" };
  return { mostBytes: DOCUMENT_PATH.test(path) ? DOCUMENT_BODY_BYTES : COMMAND_BODY_BYTES, as: "text" };
}

function addRoutes(api: Api, tools: RouteTools): void {
  // Who comes here has a role, a signature or nothing to ask about a person: these see every row.
  const desk = { ...tools, db: tools.engine };
  addHealthRoutes(api, desk);
  addIdentifierRoutes(api, tools);
  addMeRoutes(api, tools);
  addMyDataRoutes(api, tools);
  addSessionRoutes(api, tools);
  addPushDeviceRoutes(api, tools);
  addPushReceiptRoutes(api, desk);
  addEmailRoutes(api, tools);
  addNotificationRoutes(api, tools);
  addTestMessageRoutes(api, tools);
  addSavedIdentifierRoutes(api, tools);
  addAccountRoutes(api, tools);
  addBillerRoutes(api, tools);
  addFindingRoutes(api, tools);
  addFreshnessRoute(api, tools);
  addBillRoutes(api, tools);
  addBillPushRoute(api, desk);
  addBalanceRoute(api, desk);
  addRegistryFileRoutes(api, desk);
  addMethodRoutes(api, tools);
  addMandateRoutes(api, tools);
  addMandateConsentRoutes(api, tools);
  addForecastRoute(api, tools);
  addMandateChangeRoutes(api, tools);
  addPaymentRoutes(api, tools);
  addWhyRoutes(api, tools);
  addReceiptRoutes(api, tools);
  addPaymentCommandRoutes(api, tools);
  addSignedLinkRoutes(api, desk);
  addUnsubscribeRoutes(api, desk);
  addArchiveRoutes(api, tools);
  addTemplateRoutes(api, tools);
  addTemplatePaymentRoutes(api, tools);
  addGatewayNotificationRoute(api, desk);
  addSourceNoticeRoute(api, desk);
  addInboundMailRoute(api, desk);
  addOperatorRoutes(api, desk);
  addOperatorCaseRoutes(api, desk);
  addOperatorResolutionRoutes(api, desk);
  addOperatorControlRoutes(api, desk);
  addOperatorClockRoutes(api, desk);
  addOperatorSessionRoutes(api, desk);
  addOperatorWidgetRoutes(api, desk);
  addWebhookEventRoute(api);
  addOperatorWebhookRoutes(api, desk);
  addOperatorWebhookDeliveryRoutes(api, desk);
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
