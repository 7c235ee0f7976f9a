using System.Security.Cryptography;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using DotNet.Testcontainers.Images;
using SmartSink.Client;

namespace SmartSink.Testcontainers;

/// <summary>A sink in a container. Ports and addresses are known once it has started.</summary>
public sealed class SmartSinkContainer : DockerContainer
{
    internal SmartSinkContainer(SmartSinkConfiguration configuration)
        : base(configuration) =>
        Token = configuration.Token!;

    /// <summary>The host at which this program can reach the sink, for SMTP and HTTP.</summary>
    public string SmtpHost => Hostname;

    /// <summary>The port at which this program can reach the sink's SMTP.</summary>
    public ushort SmtpPort => GetMappedPublicPort(SmartSinkBuilder.SmtpPort);

    /// <summary>Where the page and the control API are.</summary>
    public Uri HttpAddress => new UriBuilder(Uri.UriSchemeHttp, Hostname, GetMappedPublicPort(SmartSinkBuilder.HttpPort)).Uri;

    /// <summary>The token for programs that write to the control API, <c>Authorization: Bearer TOKEN</c>.</summary>
    public string Token { get; }

    /// <summary>A client that may write; the caller disposes of it.</summary>
    public SmartSinkClient CreateClient() => new(HttpAddress, Token);
}

/// <summary>
/// Builds a <see cref="SmartSinkContainer"/>: <c>await using var sink = new SmartSinkBuilder("smartsink").Build(); await sink.StartAsync();</c>.
/// It has started once it answers mail. Set the sink's settings with <c>WithEnvironment("SINK_…", …)</c>.
/// </summary>
public sealed class SmartSinkBuilder : ContainerBuilder<SmartSinkBuilder, SmartSinkContainer, SmartSinkConfiguration>
{
    /// <summary>Where SMTP listens in the container.</summary>
    public const ushort SmtpPort = 2525;

    /// <summary>Where HTTP listens in the container.</summary>
    public const ushort HttpPort = 8000;

    private const string PolicyFile = "/etc/smartsink/policy/responses.toml";

    private const int TokenBytes = 16;

    /// <summary>Creates a builder for a sink from an image.</summary>
    /// <param name="image">With its tag, such as <c>smartsink:0.2.0</c>.</param>
    public SmartSinkBuilder(string image)
        : this(new DockerImage(image))
    {
    }

    /// <inheritdoc cref="SmartSinkBuilder(string)"/>
    public SmartSinkBuilder(IImage image)
        : this(new SmartSinkConfiguration()) =>
        DockerResourceConfiguration = Init().WithImage(image).DockerResourceConfiguration;

    private SmartSinkBuilder(SmartSinkConfiguration configuration)
        : base(configuration) =>
        DockerResourceConfiguration = configuration;

    /// <inheritdoc/>
    protected override SmartSinkConfiguration DockerResourceConfiguration { get; }

    /// <summary>Sets the token that allows writing (<c>SINK_API_TOKEN</c>). By default each container gets a token of its own.</summary>
    /// <param name="token">8 to 256 letters, digits and characters of <c>-._~+/=</c>.</param>
    public SmartSinkBuilder WithToken(string token) =>
        Merge(DockerResourceConfiguration, new SmartSinkConfiguration(token)).WithEnvironment("SINK_API_TOKEN", token);

    /// <summary>Uses this policy instead of the built-in one.</summary>
    /// <param name="policy">The text of a <c>responses.toml</c>.</param>
    public SmartSinkBuilder WithPolicy(string policy) => WithResourceMapping(System.Text.Encoding.UTF8.GetBytes(policy), PolicyFile);

    /// <summary>Uses the policy in a file on this machine.</summary>
    /// <param name="file">A <c>responses.toml</c>. Files that it includes by a relative path are not copied.</param>
    public SmartSinkBuilder WithPolicyFile(string file) => WithResourceMapping(new FileInfo(file), new FileInfo(PolicyFile));

    /// <inheritdoc/>
    public override SmartSinkContainer Build()
    {
        Validate();
        return new SmartSinkContainer(DockerResourceConfiguration);
    }

    /// <inheritdoc/>
    protected override SmartSinkBuilder Init() =>
        base.Init()
            .WithPortBinding(SmtpPort, assignRandomHostPort: true)
            .WithPortBinding(HttpPort, assignRandomHostPort: true)
            .WithToken(RandomNumberGenerator.GetHexString(2 * TokenBytes, lowercase: true))
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(HttpPort).ForPath("/readyz")));

    /// <inheritdoc/>
    protected override SmartSinkBuilder Clone(IResourceConfiguration<CreateContainerParameters> resourceConfiguration) =>
        Merge(DockerResourceConfiguration, new SmartSinkConfiguration(resourceConfiguration));

    /// <inheritdoc/>
    protected override SmartSinkBuilder Clone(IContainerConfiguration resourceConfiguration) =>
        Merge(DockerResourceConfiguration, new SmartSinkConfiguration(resourceConfiguration));

    /// <inheritdoc/>
    protected override SmartSinkBuilder Merge(SmartSinkConfiguration oldValue, SmartSinkConfiguration newValue) => new(new SmartSinkConfiguration(oldValue, newValue));
}

/// <summary>A container's configuration, including the token that writing needs.</summary>
public sealed class SmartSinkConfiguration : ContainerConfiguration
{
    /// <summary>A configuration with a token.</summary>
    public SmartSinkConfiguration(string? token = null) => Token = token;

    /// <summary>A copy.</summary>
    public SmartSinkConfiguration(IResourceConfiguration<CreateContainerParameters> resourceConfiguration)
        : base(resourceConfiguration)
    {
    }

    /// <summary>A copy.</summary>
    public SmartSinkConfiguration(IContainerConfiguration resourceConfiguration)
        : base(resourceConfiguration)
    {
    }

    /// <summary>Merges two configurations; the second takes precedence.</summary>
    public SmartSinkConfiguration(SmartSinkConfiguration oldValue, SmartSinkConfiguration newValue)
        : base(oldValue, newValue) =>
        Token = BuildConfiguration.Combine(oldValue.Token, newValue.Token);

    /// <summary>The sink's <c>SINK_API_TOKEN</c>.</summary>
    public string? Token { get; }
}
