namespace SmartSink.PeerBenchmarks.Generating;

/// <summary>Postfix's load generator.</summary>
internal sealed class SmtpSource : ILoadGenerator
{
    /// <inheritdoc/>
    public string Name => "smtp-source";

    /// <inheritdoc/>
    public IReadOnlyList<string> Command(int port, GeneratorLoad load) =>
    [
        "smtp-source", "-s", $"{load.Connections}", "-m", $"{load.Messages}", "-l", $"{load.Bytes}", .. load.Kept ? ["-d"] : Array.Empty<string>(),
        "-M", "source.test", "-f", "sender@source.test", "-t", "recipient@domain.test", $"127.0.0.1:{port}",
    ];
}
