/** What customers read now, and the publication under way. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import {
  getOverview,
  getPublication,
  listPublications,
  restorePublication,
  startPublication,
  stopPublication,
} from './api'
import { isOver } from './stages'
import { useArticles } from './useArticles'
import type { Overview, Publication } from './types'

const BETWEEN_MS = 1000

export const usePublishing = defineStore('publishing', () => {
  const articles = useArticles()
  const overview = shallowRef<Overview | null>(null)
  const state = ref<'loading' | 'there' | 'failed'>('loading')
  const running = shallowRef<Publication | null>(null)
  /** How the last one that was watched here ended, until somebody has read it. */
  const ended = shallowRef<Publication | null>(null)
  /** The last look at the progress failed. */
  const lost = ref(false)
  const stopping = ref(false)
  const past = shallowRef<Publication[]>([])
  const pastState = ref<'loading' | 'there' | 'failed'>('loading')
  let timer: ReturnType<typeof setTimeout> | undefined
  let watching = false

  const published = computed(() => overview.value?.published ?? null)
  /** The report of what was in use before a publication. */
  const before = (publication: Publication): Publication | undefined =>
    past.value.find(
      (each) => each.at < publication.at && each.state === 'published' && each.report !== null,
    )

  async function load(): Promise<void> {
    try {
      overview.value = await getOverview()
      state.value = 'there'
      const now = overview.value.publication
      if (now && !isOver(now)) follow(now)
    } catch {
      state.value = 'failed'
    }
  }

  async function loadPast(): Promise<void> {
    try {
      past.value = await listPublications()
      pastState.value = 'there'
    } catch {
      pastState.value = 'failed'
    }
  }

  /** Nothing is asked while nobody looks. */
  function look(on: boolean): void {
    watching = on
    clearTimeout(timer)
    if (on && running.value) timer = setTimeout(() => void poll(), 0)
  }

  function follow(publication: Publication): void {
    running.value = publication
    clearTimeout(timer)
    if (watching) timer = setTimeout(() => void poll(), BETWEEN_MS)
  }

  async function poll(): Promise<void> {
    const at = running.value
    if (!at) return
    try {
      const now = await getPublication(at.id)
      lost.value = false
      if (isOver(now)) await finish(now)
      else follow(now)
    } catch {
      lost.value = true
      follow(at)
    }
  }

  async function finish(publication: Publication): Promise<void> {
    running.value = null
    stopping.value = false
    ended.value = publication
    await Promise.all([load(), loadPast(), articles.load()])
  }

  async function start(evenIfWorse = false): Promise<void> {
    ended.value = null
    follow(await startPublication(evenIfWorse))
  }

  async function stop(): Promise<void> {
    if (!running.value) return
    stopping.value = true
    try {
      const now = await stopPublication(running.value.id)
      if (isOver(now)) await finish(now)
    } catch (error) {
      stopping.value = false
      throw error
    }
  }

  /** How it ended has been read. */
  function dismiss(): void {
    ended.value = null
  }

  async function restore(publication: Publication): Promise<void> {
    await restorePublication(publication.id)
    await Promise.all([load(), loadPast(), articles.load()])
  }

  return {
    overview,
    state,
    published,
    running,
    ended,
    lost,
    stopping,
    past,
    pastState,
    before,
    load,
    loadPast,
    look,
    start,
    stop,
    dismiss,
    restore,
  }
})
