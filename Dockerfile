# The two base images can be replaced: docker build --build-arg RUNTIME_IMAGE=... . The runtime image needs glibc 2.36 or later.
# For other processors: docker buildx build --platform linux/amd64,linux/arm64 . The compilers run on the building machine's own; without
# BuildKit on Arm, add --build-arg BUILDPLATFORM=linux/arm64.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/runtime-deps:10.0
ARG BUILDPLATFORM

# restore: project files and locks alone, so that this layer is made anew only when a dependency changes.
# The analyzers of style have their say in a developer's build; here they would only cost time.
FROM --platform=${BUILDPLATFORM:-linux/amd64} ${SDK_IMAGE} AS restore
WORKDIR /source
ENV DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 RunAnalyzers=false
# What the programs are compiled for: this processor, linked by gcc, or the other one, by clang with that one's libraries. BuildKit sets TARGETARCH.
ARG TARGETARCH
RUN packages="gcc libc6-dev"; options=; \
    case "$(dpkg --print-architecture)-${TARGETARCH}" in \
      amd64-arm64) packages="clang lld gcc-aarch64-linux-gnu libc6-dev-arm64-cross"; options="-r linux-arm64 -p:LinkerFlavor=lld -p:ObjCopyName=aarch64-linux-gnu-objcopy" ;; \
      arm64-amd64) packages="clang lld gcc-x86-64-linux-gnu libc6-dev-amd64-cross"; options="-r linux-x64 -p:LinkerFlavor=lld -p:ObjCopyName=x86_64-linux-gnu-objcopy" ;; \
    esac; \
    echo "$options" > /target; \
    apt-get update && apt-get install -y --no-install-recommends $packages && rm -rf /var/lib/apt/lists/*
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY src/Directory.Build.props src/Image.props src/
COPY src/SmartSink/SmartSink.csproj src/SmartSink/packages.lock.json src/SmartSink/
COPY src/SmartSink.Behaviour/SmartSink.Behaviour.csproj src/SmartSink.Behaviour/packages.lock.json src/SmartSink.Behaviour/
COPY src/SmartSink.Ledger/SmartSink.Ledger.csproj src/SmartSink.Ledger/packages.lock.json src/SmartSink.Ledger/
COPY src/SmartSink.Policy/SmartSink.Policy.csproj src/SmartSink.Policy/packages.lock.json src/SmartSink.Policy/
COPY src/SmartSink.Smtp/SmartSink.Smtp.csproj src/SmartSink.Smtp/packages.lock.json src/SmartSink.Smtp/
COPY src/SmartSink.TrafficGen/SmartSink.TrafficGen.csproj src/SmartSink.TrafficGen/packages.lock.json src/SmartSink.TrafficGen/
RUN for program in SmartSink SmartSink.TrafficGen; do dotnet restore src/$program --locked-mode || exit 1; done \
    && for program in SmartSink SmartSink.TrafficGen; do dotnet restore src/$program -p:Image=true $(cat /target) || exit 1; done
# The list of all parts (CycloneDX) for each program, and their licences: docker build --target bill --output FOLDER . gives these alone.
COPY .config .config
COPY docker/notices.sh docker/
COPY docker/licences docker/licences
COPY src/SmartSink/Http/Page/vendor/uPlot.LICENSE docker/licences/uPlot.txt
COPY LICENSE /doc/
ARG VERSION=0.2.0
RUN dotnet tool restore \
    && for program in SmartSink SmartSink.TrafficGen; do \
      dotnet CycloneDX src/$program/$program.csproj -o /doc -fn $program.cdx.json -F json -dpr -rs -ed -sn $program -sv $VERSION || exit 1; \
    done \
    && sh docker/notices.sh /doc/*.cdx.json > /doc/THIRD-PARTY-NOTICES.txt

FROM scratch AS bill
COPY --from=restore /doc /

# publish: one native file for each program.
FROM restore AS publish
ARG IlcInstructionSet=
COPY .editorconfig ./
COPY src src
RUN dotnet publish src/SmartSink.TrafficGen -c Release -p:Image=true $(cat /target) --no-restore -o /opt/traffic-gen
COPY policy policy
RUN dotnet publish src/SmartSink -c Release -p:Image=true $(cat /target) --no-restore -o /opt/smartsink && mkdir /state

FROM ${RUNTIME_IMAGE} AS final
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="SmartSink" \
      org.opencontainers.image.description="A mail sink that accepts, discards, and answers like the internet" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
COPY --from=restore /doc /usr/share/doc/smartsink
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
