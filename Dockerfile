# The two base images can be replaced: docker build --build-arg RUNTIME_IMAGE=... .
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/runtime-deps:10.0

# restore: project files and locks alone, so that this layer is made anew only when a dependency changes.
# The analyzers of style have their say in a developer's build; here they would only cost time.
FROM ${SDK_IMAGE} AS restore
WORKDIR /source
ENV DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 RunAnalyzers=false
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Directory.Build.props src/Image.props src/
COPY src/SmartSink/SmartSink.csproj src/SmartSink/packages.lock.json src/SmartSink/
COPY src/SmartSink.Policy/SmartSink.Policy.csproj src/SmartSink.Policy/packages.lock.json src/SmartSink.Policy/
COPY src/SmartSink.Smtp/SmartSink.Smtp.csproj src/SmartSink.Smtp/packages.lock.json src/SmartSink.Smtp/
COPY src/SmartSink.TrafficGen/SmartSink.TrafficGen.csproj src/SmartSink.TrafficGen/packages.lock.json src/SmartSink.TrafficGen/
RUN for program in SmartSink SmartSink.TrafficGen; do \
      dotnet restore src/$program --locked-mode && dotnet restore src/$program -p:Image=true || exit 1; \
    done

# publish: one native file for each program, linked by the image's own gcc.
FROM restore AS publish
ARG IlcInstructionSet=
COPY .editorconfig ./
COPY src src
RUN dotnet publish src/SmartSink -c Release -p:Image=true --no-restore -o /opt/smartsink && mkdir /state
RUN dotnet publish src/SmartSink.TrafficGen -c Release -p:Image=true --no-restore -o /opt/traffic-gen

FROM ${RUNTIME_IMAGE} AS final
ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="SmartSink" \
      org.opencontainers.image.description="A mail sink that accepts, discards, and answers like the internet" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=publish /opt /opt
COPY policy /etc/smartsink/policy
COPY --from=publish --chown=1654:1654 /state /var/lib/smartsink
ENV SINK_DATA=/etc/smartsink/policy/responses.toml \
    SINK_STATE=/var/lib/smartsink \
    SINK_HTTP_LISTEN=container \
    DOTNET_RUNNING_IN_CONTAINER=true \
    PATH=$PATH:/opt/smartsink:/opt/traffic-gen
USER 1654:1654
EXPOSE 2525 8000
# While it starts, an engine since 25 asks every five seconds, or as often as --health-start-interval says (an older one's build stops at such a flag here).
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/opt/smartsink/smartsink", "health"]
ENTRYPOINT ["/opt/smartsink/smartsink"]
