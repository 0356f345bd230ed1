/** Places in words and addresses. Pure. */

export const placeWords = (latitude: number, longitude: number): string =>
  `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`

/** WeChat counts by the same grid (GCJ-02) as this map does. */
export function mapUrl(latitude: number, longitude: number, label: string): string {
  const url = new URL('https://uri.amap.com/marker')
  url.searchParams.set('position', `${longitude.toFixed(6)},${latitude.toFixed(6)}`)
  if (label !== '') url.searchParams.set('name', label)
  url.searchParams.set('coordinate', 'gaode')
  return url.href
}
