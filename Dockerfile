FROM python:3.11-slim

RUN useradd --create-home --uid 1000 user
USER user
WORKDIR /home/user/app

COPY --chown=user requirements.txt .
RUN python -m venv /home/user/venv && \
    /home/user/venv/bin/pip install --no-cache-dir -r requirements.txt

COPY --chown=user . .

# The networks are converted once, while the image is built, not on the first visit.
RUN /home/user/venv/bin/python -c \
    "from core.models.store import trained_presets; from core.cascade.segmentation import load_networks; \
    [load_networks(preset) for preset in trained_presets()]"

# Spaces shows the app in a frame of another site over HTTPS: only so does the XSRF cookie reach it.
ENV STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE=none

EXPOSE 7860
HEALTHCHECK CMD /home/user/venv/bin/python -c \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/_stcore/health')"
CMD ["/home/user/venv/bin/streamlit", "run", "app.py", \
     "--server.address", "0.0.0.0", "--server.port", "7860"]
