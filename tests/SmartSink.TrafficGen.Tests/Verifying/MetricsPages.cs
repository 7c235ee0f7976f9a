using System.Net;

namespace SmartSink.TrafficGen.Tests.Verifying;

/// <summary>A sink's HTTP that gives one page after the other, the last again and again; null is a sink that does not answer.</summary>
internal sealed class MetricsPages(params string?[] pages) : HttpMessageHandler
{
    private const string LedgerPath = "/api/v1/ledger";
    private int _given;

    public int Requests { get; private set; }

    public Uri? Asked { get; private set; }

    /// <summary>The length that is told of a page; null for its own.</summary>
    public long? Length { get; init; }

    /// <summary>What the ledger answers, by the path and query behind its own; null for a sink without one.</summary>
    public Func<string, (HttpStatusCode Status, string Json)>? Ledger { get; init; }

    /// <summary>What a sink says that has counted nothing yet.</summary>
    public const string Untouched = "smartsink_build_info{version=\"0.1.0\"} 1\n";

    public static string Page(int accepted, int tempfail) =>
        Untouched + $$"""
        smartsink_recipients_total{outcome="accepted",stage="data",domain="gmail.com"} {{accepted}}
        smartsink_recipients_total{outcome="tempfail",stage="rcpt",domain="gmail.com"} {{tempfail}}
        """;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri!.PathAndQuery is var path && path.StartsWith(LedgerPath, StringComparison.Ordinal))
        {
            var (status, json) = Ledger?.Invoke(path[LedgerPath.Length..]) ?? (HttpStatusCode.NotFound, string.Empty);
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(json) });
        }

        Requests++;
        Asked = request.RequestUri;
        var page = pages[Math.Min(_given++, pages.Length - 1)] ?? throw new HttpRequestException("nobody listens");
        var content = new StringContent(page);
        content.Headers.ContentLength = Length ?? content.Headers.ContentLength;
        return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = content });
    }
}
