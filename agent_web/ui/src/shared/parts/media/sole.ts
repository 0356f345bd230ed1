/** One sound at a time: what begins silences what plays. */
let playing: HTMLMediaElement | null = null

export function begin(element: HTMLMediaElement): void {
  if (playing !== null && playing !== element) playing.pause()
  playing = element
}

export function end(element: HTMLMediaElement): void {
  if (playing === element) playing = null
}
