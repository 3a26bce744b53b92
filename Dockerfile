# Two stages: what needs a compiler stays in the first. The image runs as a user of its own and writes nowhere but /data.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOLDFAST_MODE=production HOLDFAST_VAR=/data
RUN useradd --system --uid 10001 --create-home holdfast && mkdir /data && chown holdfast /data
WORKDIR /app
COPY --from=build /venv /venv
COPY . .
# Hashed, compressed static files are made at build time, with keys that sign nothing.
RUN HOLDFAST_MODE=development HOLDFAST_VAR=/tmp/build HOLDFAST_STATIC=hashed python manage.py collectstatic --noinput && rm -rf /tmp/build
USER holdfast
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
