/** Places in words and addresses. Pure. */
import { safeHref } from '../parts'

export interface Place {
  name: string
  address?: string
  latitude: number
  longitude: number
}

/** WeChat counts by the same grid (GCJ-02) as this map does. */
const MAP =
  'https://uri.amap.com/marker?position={longitude},{latitude}&name={name}&coordinate=gaode'

export const placeWords = (latitude: number, longitude: number): string =>
  `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`

/** `map`: an address with gaps for figures and words, as a channel account holds it. */
export function mapLink(place: Place, map: string): string {
  const values: Record<string, string> = {
    latitude: place.latitude.toFixed(6),
    longitude: place.longitude.toFixed(6),
    name: encodeURIComponent(place.name),
    address: encodeURIComponent(place.address ?? ''),
  }
  return map.replace(/\{(\w+)\}/gu, (whole, name: string) => values[name] ?? whole)
}

/** On the map of the account, where it has one a browser may open. */
export const mapHref = (place: Place, map: string): string =>
  safeHref(mapLink(place, map)) || mapLink(place, MAP)
