# Pollux in a container: built with development packages, run without them, by nobody in particular, on a read-only
# file system. Only /data is written to, and only where no DATABASE_URL is given.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts ./scripts
RUN npm ci --loglevel=error
COPY tsconfig.json tsconfig.build.json ./
COPY schema ./schema
COPY src ./src
RUN npm run build && npm prune --omit=dev --omit=peer --loglevel=error && mkdir /data

# Has the C++ library that Node needs, and neither a shell nor a package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build --chown=65532:65532 /data /data
ENV NODE_ENV=production BIND_HOSTNAME=0.0.0.0 DATA_DIR=/data
USER 65532:65532
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["/app/node_modules/node/bin/node", "-e", "fetch(`http://127.0.0.1:${process.env.HTTP_PORT ?? 8080}/alive`).then(({ok}) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# The flags are those of scripts/node.mjs, and what they are for stands there.
ENTRYPOINT ["/app/node_modules/node/bin/node", "--max-semi-space-size=64", "--heap-growing-percent=200", "--wasm-wrapper-tiering-budget=1000000000", "/app/dist/src/main.js"]
