import { describe, expect, it } from 'vitest'
import { boxOf, fitting, stepped } from './zoom'

describe('a picture on the stage', () => {
  it('is made as small as it takes to see all of it', () => {
    expect(fitting({ width: 2000, height: 1000 }, { width: 500, height: 500 })).toBe(0.25)
    expect(fitting({ width: 1000, height: 2000 }, { width: 500, height: 500 })).toBe(0.25)
  })

  it('is never blown up to fill it', () => {
    expect(fitting({ width: 40, height: 30 }, { width: 500, height: 500 })).toBe(1)
  })

  it('stops at its own size on the way in and out', () => {
    expect(stepped(0.9, 1)).toBe(1)
    expect(stepped(1.1, -1)).toBe(1)
    expect(stepped(1, 1)).toBe(1.25)
    expect(stepped(1, -1)).toBe(0.8)
  })

  it('does not grow or shrink without end', () => {
    expect(stepped(8, 1)).toBe(8)
    expect(stepped(0.05, -1)).toBe(0.05)
  })
})

describe('the room a thumbnail keeps free', () => {
  const most = { width: 240, height: 240 }
  const unknown = { width: 160, height: 120 }

  it('has the shape of the picture', () => {
    expect(boxOf({ width: 4000, height: 3000 }, most, unknown)).toEqual({ width: 240, height: 180 })
    expect(boxOf({ width: 120, height: 90 }, most, unknown)).toEqual({ width: 120, height: 90 })
  })

  it('stays large enough to hit', () => {
    expect(boxOf({ width: 1, height: 1 }, most, unknown)).toEqual({ width: 48, height: 48 })
  })

  it('is a fair guess while the shape is unknown', () => {
    expect(boxOf({ width: 0, height: 0 }, most, unknown)).toEqual(unknown)
  })
})
