using DotNet.Testcontainers.Containers;
using SmartSink.Client;

namespace SmartSink.Testcontainers;

/// <summary>A sink in a container. Ports and addresses are known once it has started.</summary>
public sealed class SmartSinkContainer : DockerContainer
{
    internal SmartSinkContainer(SmartSinkConfiguration configuration)
        : base(configuration) =>
        Token = configuration.Token!;

    /// <summary>The host at which this program reaches the sink, for SMTP and HTTP.</summary>
    public string SmtpHost => Hostname;

    /// <summary>The port at which this program reaches the sink's SMTP.</summary>
    public ushort SmtpPort => GetMappedPublicPort(SmartSinkBuilder.SmtpPort);

    /// <summary>Where the page and the control API are.</summary>
    public Uri HttpAddress => new UriBuilder(Uri.UriSchemeHttp, Hostname, GetMappedPublicPort(SmartSinkBuilder.HttpPort)).Uri;

    /// <summary>What a program that writes to the control API shows, <c>Authorization: Bearer TOKEN</c>.</summary>
    public string Token { get; }

    /// <summary>A client that may write; the caller disposes of it.</summary>
    public SmartSinkClient CreateClient() => new(HttpAddress, Token);
}
