"""Serve the dashboard with the headers that keep a browser safe: ``streamlit run serve.py``.

``streamlit run app.py`` serves the same without them.
"""

from importlib import import_module

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.starlette import App

# The page may load from and send to nobody but its own server; plotly and vega compile what they
# draw, and Streamlit styles in line. Hugging Face shows a Space in a frame.
POLICY = "; ".join(
    (
        "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "frame-ancestors 'self' https://huggingface.co",
    )
)
# Loaded while the server starts: whoever comes first does not wait for what pages import. `core` is
# first because it tells libraries how to behave before they are loaded.
PAGES_NEED = ("core", "pandas", "plotly.graph_objects", "core.study", "core.report.command")
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class SafeHeaders:
    """Adds `HEADERS` to whatever is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, answer)


for needed in PAGES_NEED:
    import_module(needed)
app = App("app.py", middleware=[Middleware(SafeHeaders)])
