declare module "web-push-testing/src/PushApiModel.js" {
  /** What is used of it: its model of a push service, by other hands and over another library than ours. */
  class PushApiModel {
    notifyUrl: string;
    createSubscription(options: { readonly applicationServerKey: string }): Promise<{
      readonly endpoint: string;
      readonly clientHash: string;
    }>;
    readonly subscriptions: Readonly<Record<string, { readonly publicKey: string; readonly auth: string }>>;
    readonly messages: Readonly<Record<string, readonly string[]>>;
    handleNotification(clientHash: string, headers: object, body: Buffer): Promise<void>;
  }
  const contents: { readonly PushApiModel: typeof PushApiModel };
  export default contents;
}
