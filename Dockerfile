# What runs, and nothing else: docker build -t tiendo . for a ClickHouse server, with --target embedded for the engine inside.
FROM node:20-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY dashboards/script dashboards/script
RUN node dashboards/script/build.mjs

FROM golang:1.26-bookworm AS build
ARG VERSION=unknown
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=packages /src/dashboards/static/npm dashboards/static/npm
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /tiendo ./cmd/tiendo

# The folders that volumes are put upon are there and the user's, for a new volume takes both from here.
FROM debian:bookworm-slim AS server
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/tiendo tiendo \
 && install -d -o tiendo -g tiendo -m 0700 /var/lib/tiendo/data /var/lib/tiendo/shared /var/lib/tiendo/backups \
 && install -d -o tiendo -g tiendo -m 0755 /var/lib/tiendo/tokens
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /tiendo /usr/local/bin/tiendo
USER tiendo
WORKDIR /var/lib/tiendo
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["tiendo", "ready"]
ENTRYPOINT ["tiendo"]
CMD ["serve"]

FROM server AS embedded
COPY --from=packages /src/node_modules/@chdb /usr/local/bin/node_modules/@chdb

FROM server
