using System.Net;
using SmartSink.Hosting;
using SmartSink.Settings;

namespace SmartSink.Commands;

/// <summary><c>smartsink health</c>: asks a running sink whether it is ready. A container's health check needs no other program.</summary>
internal static class HealthCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Ends with 0 when the sink that these settings describe is ready, else with 1.</summary>
    public static async Task<int> RunAsync(SinkSettings settings, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var readiness = new UriBuilder("http", Address(settings.HttpListenAddress), settings.HttpPort, "readyz").Uri;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(readiness, cancellation);
            await (answer.IsSuccessStatusCode ? output : error).WriteAsync(await answer.Content.ReadAsStringAsync(cancellation));
            return answer.IsSuccessStatusCode ? ExitCodes.Success : ExitCodes.Failure;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            await error.WriteLineAsync($"{readiness}: {exception.Message}");
            return ExitCodes.Failure;
        }
    }

    private static string Address(IPAddress listen) => listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any)
        ? IPAddress.Loopback.ToString()
        : new IPEndPoint(listen, 0).ToString()[..^2];
}
