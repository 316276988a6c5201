FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -tags nomsgpack -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /root-of-image/oabridge . \
    && mkdir -p /root-of-image/tmp /writable/data && chmod 1777 /root-of-image/tmp

# The binary is static and brings its time zones; certificates are all it needs beside it.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /root-of-image/ /
# Only /data belongs to the user that runs the bridge: it cannot change its own program.
COPY --from=build --chown=65532:65532 /writable/ /
USER 65532:65532
# A configuration file is named by OABRIDGE_CONFIG, which "oabridge health" reads too.
# SQLite's default file, oabridge.db, lands in this folder: keep it in a volume.
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["/oabridge", "health"]
ENTRYPOINT ["/oabridge"]
CMD ["serve"]
