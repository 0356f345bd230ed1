/** The microphone of this machine, as the phone's. */
import { onBeforeUnmount, ref, type Ref } from 'vue'

export type RecorderState = 'idle' | 'asking' | 'recording' | 'denied'

export interface Recorder {
  state: Ref<RecorderState>
  seconds: Ref<number>
  /** Begins; or ends and hands over what was recorded. */
  toggle: () => Promise<void>
  cancel: () => void
}

const MOST_S = 60
const TICK_MS = 250

export function useRecorder(take: (file: File) => void): Recorder {
  const state = ref<RecorderState>('idle')
  const seconds = ref(0)
  let recorder: MediaRecorder | null = null
  let ticking: ReturnType<typeof setInterval> | undefined
  let wanted = true

  async function toggle(): Promise<void> {
    if (state.value === 'recording') {
      wanted = true
      recorder?.stop()
    } else if (state.value !== 'asking') await begin()
  }

  async function begin(): Promise<void> {
    state.value = 'asking'
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      record(stream)
    } catch {
      state.value = 'denied'
    }
  }

  function record(stream: MediaStream): void {
    const chunks: Blob[] = []
    const running = new MediaRecorder(stream)
    const began = performance.now()
    recorder = running
    wanted = false
    running.ondataavailable = (event) => chunks.push(event.data)
    running.onstop = () => {
      clearInterval(ticking)
      for (const track of stream.getTracks()) track.stop()
      state.value = 'idle'
      recorder = null
      if (wanted) take(new File(chunks, 'recording', { type: running.mimeType }))
    }
    running.start()
    state.value = 'recording'
    seconds.value = 0
    ticking = setInterval(() => {
      seconds.value = Math.floor((performance.now() - began) / 1000)
      if (seconds.value >= MOST_S) void toggle()
    }, TICK_MS)
  }

  function cancel(): void {
    wanted = false
    if (recorder) recorder.stop()
    else state.value = 'idle'
  }

  onBeforeUnmount(cancel)
  return { state, seconds, toggle, cancel }
}
