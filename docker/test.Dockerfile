# The tests in a container: docker build --no-cache -f docker/test.Dockerfile .
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
FROM ${SDK_IMAGE}
# A folder of its own name: a step in common with the image's Dockerfile would, made anew by --no-cache, hide all that was kept of that.
WORKDIR /tests
# The analyzers of style have their say in a developer's build, and a test runs too short for profiles: both would only cost time.
ENV DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 RunAnalyzers=false DOTNET_TieredPGO=0
COPY . .
RUN dotnet test -c Release
