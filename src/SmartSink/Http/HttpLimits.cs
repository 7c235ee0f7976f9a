using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SmartSink.Http.Api;

namespace SmartSink.Http;

/// <summary>What HTTP may take: nobody who says nothing or reads nothing keeps a prober or a scraper out for long.</summary>
internal static class HttpLimits
{
    /// <summary>Some scrapers, probes and browsers; more would take descriptors that are kept for other things.</summary>
    public const int MostConnections = 128;

    /// <summary>
    /// Octets that the kernel takes for a connection ahead of its reader, who is given the time to read them as slowly as is allowed. Left
    /// to the kernel they grow to some megabytes, and so to minutes, for each of those that ask for page after page and read none.
    /// </summary>
    public const int SendBuffer = 64 * 1024;

    /// <summary>A connection without a request is closed after this long; so is one that has not begun its first.</summary>
    private static readonly TimeSpan KeepAliveTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(5);

    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 16 * 1024, gracePeriod: TimeSpan.FromSeconds(5));

    public static void Set(KestrelServerLimits limits)
    {
        limits.KeepAliveTimeout = KeepAliveTimeout;
        limits.RequestHeadersTimeout = HeadersTimeout;
        limits.MinResponseDataRate = SlowestReader;
        limits.MaxRequestBodySize = ApiBody.MostBytesRead;

        // Kestrel's own limit writes a line for each connection that it refuses.
        limits.MaxConcurrentConnections = null;
    }
}

/// <summary>Counts the connections of HTTP, closes those that are too many, and says so once a minute at most.</summary>
internal sealed partial class HttpConnectionLimit(TimeProvider clock, ILogger<HttpConnectionLimit> log)
{
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private int _open;
    private long _refused;
    private long _allRefused;
    private long? _toldAt;

    /// <summary>How many were refused since the start.</summary>
    public long Refused => Volatile.Read(ref _allRefused);

    /// <summary>Lets a connection in, or closes it.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > HttpLimits.MostConnections)
            {
                Tell();
                connection.Abort();
            }
            else
            {
                await next(connection);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private void Tell()
    {
        long refused;
        lock (_lock)
        {
            _refused++;
            _allRefused++;
            var now = clock.GetTimestamp();
            if (_toldAt is { } before && clock.GetElapsedTime(before, now) < QuietTime)
            {
                return;
            }

            (_toldAt, refused, _refused) = (now, _refused, 0);
        }

        TooMany(log, HttpLimits.MostConnections, refused);
    }

    [LoggerMessage(230, LogLevel.Warning, "{Limit} HTTP connections are open, which is the limit; refused since the last such message: {Refused}")]
    private static partial void TooMany(ILogger log, int limit, long refused);
}
