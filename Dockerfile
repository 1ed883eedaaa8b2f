# The app for compose.yaml. By itself: docker build -t interviewer . && docker run -p 127.0.0.1:7860:7860 ... (docs/trust.md)
FROM python:3.12-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends espeak-ng \
    && rm -rf /var/lib/apt/lists/* \
    && pip install --no-cache-dir uv==0.13.9 \
    && useradd --create-home --uid 10001 interviewer \
    && install -d -o interviewer -g interviewer /data

WORKDIR /app
COPY pyproject.toml requirements.lock README.md LICENSE NOTICE ./
COPY interviewer ./interviewer
COPY evals ./evals
COPY knowledge ./knowledge
COPY prompts ./prompts
# The versions that were tested, without what only the tests need.
RUN uv pip install --system --no-cache --constraint requirements.lock ".[voice,postgres,metrics]"

USER interviewer
ENV INTERVIEWER_HOME=/data GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860
WORKDIR /data
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
CMD ["interviewer", "serve"]
