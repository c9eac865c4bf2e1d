# python:3.11.16-slim, for all processors that it is made for; “docker buildx imagetools inspect
# python:3.11-slim” tells a newer one.
FROM python:3.11.16-slim@sha256:9c900dea9e8fb7e16277c179b555cc72d29a352dbc33cff48ad5a0412fd5bfc7

RUN useradd --create-home --uid 1000 user
USER user
WORKDIR /home/user/app

COPY --chown=user requirements.lock .
RUN python -m venv /home/user/venv && \
    /home/user/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

COPY --chown=user . .

# The networks are converted once, while the image is built, not on the first visit.
RUN /home/user/venv/bin/python -m core prepare

# Nobody has gigabytes fetched by a visitor, and no visitor learns which folders the host has.
ENV HEPATOSCOPE_DOWNLOADS=off

# Spaces shows the app in a frame of another site over HTTPS: only so does the XSRF cookie reach it.
ENV STREAMLIT_SERVER_XSRF_COOKIE_SAME_SITE=none

EXPOSE 7860
HEALTHCHECK CMD /home/user/venv/bin/python -c \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/_stcore/health')"
# Served by another name than these, as behind a proxy of your own, name it here too.
CMD ["/home/user/venv/bin/streamlit", "run", "serve.py", \
     "--server.address", "0.0.0.0", "--server.port", "7860", \
     "--server.allowedHosts", "localhost", "--server.allowedHosts", "127.0.0.1", \
     "--server.allowedHosts", "*.hf.space"]
