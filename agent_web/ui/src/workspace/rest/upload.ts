/** Files given to the hub: one call each, with the way it has gone, and an end to it on request. */
import { Declined, Unreachable, signedOut } from './api'

/** A file the hub has taken and examined. */
export interface Uploaded {
  media_id: string
  kind: 'image' | 'voice' | 'video' | 'file'
  content_type: string
  size: number
  name: string
  preview: boolean
  playable: string
  width: number
  height: number
  milliseconds: number
}

export interface Upload {
  done: Promise<Uploaded>
  stop: () => void
}

export class Stopped extends Error {}

const PATIENCE_MS = 130_000

interface Problem {
  reason?: string
  type?: string
}

/** `done` rejects with `Declined`, `Unreachable` or `Stopped`. `onProgress`: 0 to 1 of the bytes. */
export function upload(file: File, onProgress: (share: number) => void): Upload {
  const request = new XMLHttpRequest()
  const done = new Promise<Uploaded>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as Uploaded)
      else reject(problemOf(request))
    }
    request.onerror = () => {
      reject(new Unreachable('/media'))
    }
    request.ontimeout = request.onerror
    request.onabort = () => {
      reject(new Stopped())
    }
  })
  request.open('POST', `/api/v1/media?${new URLSearchParams({ name: file.name }).toString()}`)
  request.timeout = PATIENCE_MS
  request.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
  request.send(file)
  return {
    done,
    stop: () => {
      request.abort()
    },
  }
}

function problemOf(request: XMLHttpRequest): Error {
  if (request.status === 401) signedOut()
  if (request.status >= 500) return new Unreachable('/media')
  let problem: Problem = {}
  try {
    problem = JSON.parse(request.responseText) as Problem
  } catch {
    // a proxy in between answers in its own words
  }
  return new Declined(request.status, problem.reason ?? problem.type?.split('#problem-')[1] ?? '')
}
