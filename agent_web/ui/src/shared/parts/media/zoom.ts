/** How large a picture is shown. Pure. */
export interface Size {
  width: number
  height: number
}

export const LEAST = 0.05
export const MOST = 8
const STEP = 1.25

/** The scale at which all of it is seen; never larger than it is. */
export function fitting(picture: Size, stage: Size): number {
  if (picture.width <= 0 || picture.height <= 0) return 1
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 1)
  return Math.max(scale, LEAST)
}

/** One step in or out; a step over 100 % stops there once. */
export function stepped(scale: number, direction: 1 | -1): number {
  const next = direction > 0 ? scale * STEP : scale / STEP
  const crosses = (scale < 1 && next > 1) || (scale > 1 && next < 1)
  return crosses ? 1 : Math.min(MOST, Math.max(LEAST, next))
}

/** A box of the picture's shape within `most`, so that nothing moves when it comes. */
export function boxOf(picture: Size, most: Size, unknown: Size): Size {
  if (picture.width <= 0 || picture.height <= 0) return unknown
  const scale = Math.min(most.width / picture.width, most.height / picture.height, 1)
  return {
    width: Math.max(48, Math.round(picture.width * scale)),
    height: Math.max(48, Math.round(picture.height * scale)),
  }
}
