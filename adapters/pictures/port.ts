/**
 * The port to whoever finds QR codes in pictures. A picture comes from anybody: reading it may neither hold up other work of the process nor take
 * memory without bound.
 */
export type QrPictureReader = {
  /** The contents of the QR codes of a picture (PNG or JPEG), as bytes and in no certain order. Never rejects for what is in the picture. */
  read(picture: Uint8Array<ArrayBuffer>): Promise<PictureReading>;
};

export type PictureReading =
  | { readonly outcome: "read"; readonly codes: readonly Uint8Array[] }
  /**
   * `unreadable`: no PNG or JPEG, or a broken one. `too-large`: more pixels than are worth their memory. `too-slow`: given up. `busy`: too many
   * pictures wait already, this one was not looked at.
   */
  | { readonly outcome: "unreadable" | "too-large" | "too-slow" | "busy" };
