import { afterEach, beforeEach, expect, it, vi } from 'vitest'

interface Tone {
  pitch: number
  loudest: number
  begin: number
  end: number
}

let tones: Tone[]
let state: AudioContextState

class Speaker {
  readonly currentTime = 10
  readonly destination = {}
  get state(): AudioContextState {
    return state
  }

  resume(): Promise<void> {
    state = 'running'
    return Promise.resolve()
  }

  createOscillator() {
    const tone: Tone = { pitch: 0, loudest: 0, begin: 0, end: 0 }
    return {
      type: '',
      frequency: {
        set value(pitch: number) {
          tone.pitch = pitch
        },
      },
      connect: (shape: { loudest: number }) => {
        tone.loudest = shape.loudest
        return { connect: () => undefined }
      },
      start: (at: number) => {
        tone.begin = at
        tones.push(tone)
      },
      stop: (at: number) => (tone.end = at),
    }
  }

  createGain() {
    const shape = {
      loudest: 0,
      gain: {
        setValueAtTime: () => undefined,
        linearRampToValueAtTime: (loudness: number) => (shape.loudest = loudness),
        exponentialRampToValueAtTime: () => undefined,
      },
    }
    return shape
  }
}

beforeEach(() => {
  tones = []
  state = 'suspended'
  vi.resetModules()
  vi.stubGlobal('AudioContext', Speaker)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it('rings with two notes, one after the other, as loud as was chosen', async () => {
  const { readySound, ring } = await import('./sounds')
  readySound()
  ring(2)
  expect(tones.map(({ pitch, loudest }) => [pitch, loudest])).toEqual([
    [660, 0.1],
    [880, 0.1],
  ])
  expect(tones[1]?.begin).toBeGreaterThan(tones[0]?.begin ?? 0)
  ring(4)
  expect(tones[2]?.loudest).toBe(0.4)
})

it('keeps quiet at volume 0 and until somebody has touched the page', async () => {
  const { readySound, ring } = await import('./sounds')
  ring(4)
  expect(tones).toEqual([])
  readySound()
  ring(0)
  expect(tones).toEqual([])
  ring(1)
  expect(tones).toHaveLength(2)
})
