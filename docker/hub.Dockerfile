# The hub with its screens. Build from the project's folder:
#   docker build -f docker/hub.Dockerfile -t lianluo .
FROM node:22-slim AS screens
WORKDIR /build/agent_web/ui
COPY agent_web/ui/package.json agent_web/ui/package-lock.json agent_web/ui/.npmrc ./
RUN npm ci --ignore-scripts
COPY agent_web/ui ./
RUN npm run build

FROM python:3.12-slim AS wheel
WORKDIR /build
COPY requirements/uv.txt requirements/lock.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && python -m venv /opt/lianluo \
 && uv pip install --no-cache --python /opt/lianluo/bin/python --require-hashes -r requirements/lock.txt
COPY . .
COPY --from=screens /build/agent_web/static agent_web/static
RUN LIANLUO_SKIP_WEB=1 uv pip install --no-cache --python /opt/lianluo/bin/python --no-deps .

FROM python:3.12-slim
RUN useradd --system --home-dir /var/lib/lianluo --create-home lianluo
COPY --from=wheel /opt/lianluo /opt/lianluo
ENV PATH=/opt/lianluo/bin:$PATH PYTHONUNBUFFERED=1
USER lianluo
WORKDIR /var/lib/lianluo
VOLUME /var/lib/lianluo
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD \
  ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health/live', timeout=2)"]
ENTRYPOINT ["lianluo"]
CMD ["serve", "--config", "/etc/lianluo/lianluo.toml"]
