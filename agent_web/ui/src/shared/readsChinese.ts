/** For tests: the browser of somebody who reads Chinese, as the texts they expect are. */
Object.defineProperty(navigator, 'languages', { get: () => ['zh-CN', 'en'], configurable: true })
