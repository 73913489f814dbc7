# The engine's library and the front-end files come from npm, the binary from Go; the image holds what runs.
FROM node:20-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund

FROM golang:1.26-bookworm AS build
ARG VERSION=unknown
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=packages /src/node_modules node_modules
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$VERSION" -o /tiendo ./cmd/tiendo

FROM debian:bookworm-slim
RUN useradd --system --create-home --home-dir /var/lib/tiendo tiendo
COPY --from=build /tiendo /usr/local/bin/tiendo
COPY --from=packages /src/node_modules/@chdb /usr/local/bin/node_modules/@chdb
USER tiendo
WORKDIR /var/lib/tiendo
VOLUME /var/lib/tiendo/data
EXPOSE 8080
ENTRYPOINT ["tiendo"]
CMD ["serve"]
