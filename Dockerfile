# The server in a container. PostgreSQL refuses to run as root, so the image has an account of its own.
FROM node:24-bookworm-slim
WORKDIR /srv/bellhop
COPY package.json package-lock.json ./
COPY packages/contract/package.json packages/contract/
COPY packages/server/package.json packages/server/
COPY e2e/package.json e2e/
COPY bench/package.json bench/
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
COPY packages ./packages
RUN mkdir -p /data && chown node:node /data
USER node
ENV BELLHOP_HOST=0.0.0.0 BELLHOP_DATA_DIR=/data NODE_ENV=production
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "packages/server/src/main.ts"]
