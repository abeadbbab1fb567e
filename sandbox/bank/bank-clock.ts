/** How the bank's business clock runs beside the real one; stored, so a restarted bank keeps its time. */
export interface ClockSetting {
  readonly anchorBusinessMs: number;
  readonly anchorRealMs: number;
  readonly scale: number;
}

/** The clock of a bank whose time nobody has moved. */
export const realTime: ClockSetting = { anchorBusinessMs: 0, anchorRealMs: 0, scale: 1 };

/** Business time = anchorBusiness + (real − anchorReal) · scale, whole milliseconds. */
export function businessTime(setting: ClockSetting, realMs: number): number {
  return Math.round(setting.anchorBusinessMs + (realMs - setting.anchorRealMs) * setting.scale);
}
