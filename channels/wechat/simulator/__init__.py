"""WeChat as a program of its own: signs, encrypts, repeats, counts quotas and fails as WeChat does.

Built from the provider's documents on `cryptography` and `hashlib`; it shares no code with the
adapter, so that each checks the other. A test and demo tool: it keeps everything in memory.
"""
