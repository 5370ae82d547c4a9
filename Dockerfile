FROM python:3.11-slim AS builder

WORKDIR /build
COPY requirements requirements
RUN pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
    && uv venv /opt/venv \
    && uv pip install --no-cache --compile-bytecode --no-deps --require-hashes \
        --python /opt/venv/bin/python -r requirements/runtime.txt \
    && uv venv /opt/tools \
    && uv pip install --no-cache --no-deps --require-hashes --python /opt/tools/bin/python \
        -r requirements/dev.txt

COPY pyproject.toml README.md ./
COPY memsvc memsvc
# /opt/tools holds the build backend and stays behind in this stage. All is compiled here: a container that
# compiled at each start would need twice the time for it.
RUN uv build --wheel --no-build-isolation --python /opt/tools/bin/python --out-dir dist \
    && uv pip install --no-cache --compile-bytecode --no-deps --python /opt/venv/bin/python dist/*.whl


FROM python:3.11-slim

LABEL org.opencontainers.image.title="memsvc" \
      org.opencontainers.image.description="Long-term memory for AI applications: one gRPC contract, one Postgres." \
      org.opencontainers.image.version="0.2.0"

# The embedded Postgres runs as this user too, and wants it to have a name.
RUN useradd --no-log-init --uid 10001 --user-group --home-dir /data --create-home memsvc
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1

USER 10001:10001
WORKDIR /data
VOLUME /data
# gRPC; and metrics, which listen on loopback unless MEMSVC_ADMIN_HOST says otherwise.
EXPOSE 50051 9464

# No HEALTHCHECK: probe grpc.health.v1.Health from outside, as Kubernetes does by itself.
ENTRYPOINT ["memsvc"]
CMD ["serve", "--host", "0.0.0.0", "--data-dir", "/data"]
