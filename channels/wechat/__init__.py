"""WeChat Official Account (公众号/服务号)."""
