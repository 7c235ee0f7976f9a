using System.Globalization;
using System.Text;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>The server's end of a connection as HTTP/1.1.</summary>
internal static class HttpDialog
{
    /// <summary>The next request; null at the end.</summary>
    public static async Task<HeardRequest?> HearRequestAsync(this FakeSession session)
    {
        if (await session.HearAsync() is not { } first)
        {
            return null;
        }

        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await session.HearAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            fields[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var bytes = await session.HearBytesAsync(int.Parse(fields["Content-Length"], CultureInfo.InvariantCulture));
        return new HeardRequest(first, fields, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes)));
    }

    /// <summary>Answers the request before.</summary>
    public static Task SayAnswerAsync(this FakeSession session, int status, string body) => session.SayAsync(Answer(status, body));

    /// <summary>Serves until the client goes.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="answer">The octets that answer a request; null for all recipients taken, and an empty text closes the connection.</param>
    public static async Task ServeHttpAsync(this FakeSession session, Func<HeardRequest, string?>? answer = null)
    {
        while (await session.HearRequestAsync() is { } request)
        {
            var reply = answer?.Invoke(request) ?? Taken(request.Recipients.Count);
            await session.SayAsync(reply);
            if (reply.Length == 0)
            {
                return;
            }
        }
    }

    /// <summary>An answer with a length.</summary>
    public static string Answer(int status, string body) =>
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}");

    /// <summary>The answer that takes all.</summary>
    public static string Taken(int count) =>
        Answer(200, string.Create(CultureInfo.InvariantCulture, $$"""{"success_count":{{count}},"fail_count":0,"failed_recipients":[],"errors":[]}"""));

    /// <summary>The answer that names some as failed.</summary>
    public static string Failed(int taken, params IReadOnlyList<string> failed) => Answer(200, string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"success_count":{{taken}},"fail_count":{{failed.Count}},"failed_recipients":[{{string.Join(',', failed.Select(address => $"\"{address}\""))}}],"errors":["no"]}"""));
}
