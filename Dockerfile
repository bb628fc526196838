# The gateway in a small image:
#
#   docker build -t gateway .
#   docker run --read-only -p 8080:8080 -e SESSION_SECRET -v ./gateway.conf:/etc/gateway/gateway.conf:ro gateway
#
# It writes nothing but its log to standard output, so it needs no tmpfs. SIGTERM, as `docker stop` sends it, drains:
# give it --stop-timeout 35 to let `timeouts.drain` (30s) pass. No engine runs in CI; scripts/check-image checks there
# what can be checked without one.

FROM swift:6.3-bookworm AS build
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libcurl4-openssl-dev libhiredis-dev libssl-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources ./Sources
# SwiftPM wants the folder of every target there is.
COPY Tests ./Tests
COPY scripts/release ./scripts/release
# Line tables for crash reports; the rest of the symbols is not shipped.
RUN ./scripts/release -Xswiftc -gline-tables-only \
    && install -D .build/release/gateway /out/gateway \
    && install -D /usr/libexec/swift/linux/swift-backtrace-static /out/swift-backtrace-static

FROM debian:12-slim
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libcurl4 libhiredis0.14 libssl3 ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin gateway
COPY --from=build /out/gateway /usr/local/bin/gateway
COPY --from=build /out/swift-backtrace-static /usr/libexec/swift/linux/swift-backtrace-static
# Without this a crash of a static program says nothing at all.
ENV SWIFT_BACKTRACE=enable=yes,swift-backtrace=/usr/libexec/swift/linux/swift-backtrace-static,interactive=no,color=no
USER 10001
EXPOSE 8080
# Any answer to a request says that it serves; bash knows TCP, so the image needs no client.
ENV GATEWAY_HEALTH_PORT=8080 GATEWAY_HEALTH_PATH=/healthz
HEALTHCHECK --interval=10s --timeout=3s --start-period=2s --retries=3 CMD ["/bin/bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/$GATEWAY_HEALTH_PORT; printf 'GET %s HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' \"$GATEWAY_HEALTH_PATH\" >&3; read -r -t 2 version status rest <&3; [[ $version == HTTP/1.1 && $status != 5?? ]]"]
# The exec form: the gateway is process 1 and hears SIGTERM itself.
ENTRYPOINT ["/usr/local/bin/gateway"]
CMD ["run", "--config", "/etc/gateway/gateway.conf"]
