/** The ring of an offer: two soft notes, made here, so that no file has to be fetched. */
const NOTES = [660, 880] as const
const LOUDNESS = [0, 0.04, 0.1, 0.2, 0.4] as const
const NOTE_S = 0.16

let context: AudioContext | undefined

/** Browsers keep quiet until somebody has touched the page. */
export function readySound(): void {
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume().catch(() => undefined)
}

/** `volume`: 0 (silent) to 4. */
export function ring(volume: number): void {
  const loudness = LOUDNESS[volume] ?? 0
  if (loudness === 0 || context?.state !== 'running') return
  const audio = context
  NOTES.forEach((pitch, index) => {
    const begin = audio.currentTime + index * NOTE_S
    const tone = audio.createOscillator()
    const shape = audio.createGain()
    tone.type = 'sine'
    tone.frequency.value = pitch
    shape.gain.setValueAtTime(0, begin)
    shape.gain.linearRampToValueAtTime(loudness, begin + 0.02)
    shape.gain.exponentialRampToValueAtTime(0.0001, begin + NOTE_S * 1.8)
    tone.connect(shape).connect(audio.destination)
    tone.start(begin)
    tone.stop(begin + NOTE_S * 2)
  })
}
