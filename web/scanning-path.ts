/** Where the QR of a paper bill is read: only there may a page use the camera and the decoder's WebAssembly, and a form send a picture. */
export const scanningPath = "/bills/add/qr";
