using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Net.Http.Headers;

namespace SmartSink.Http.Api;

/// <summary>
/// Who may ask the API, and who may change something by it. A page of somebody else that a browser on this machine shows must do neither: its
/// requests name its own origin, or, when its name has been turned to this machine's address, its own host.
/// </summary>
/// <param name="token">What a client elsewhere has to show before it may change something; null when none of them may.</param>
/// <param name="hosts">Names of this sink that somebody else could have, too.</param>
internal sealed class ApiGate(string? token, IEnumerable<string> hosts)
{
    private const string Scheme = "Bearer ";

    private readonly byte[]? _token = token is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(token));
    private readonly HashSet<string> _hosts = new(hosts, StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a request is refused: a status, and what to do about it; null when it is let in.</summary>
    public ApiRefusal? Judge(HttpContext context)
    {
        var request = context.Request;
        var shown = request.Headers.Authorization.ToString();
        var hasToken = IsToken(shown);
        if (!hasToken && !IsOwnHost(request.Host.Host))
        {
            return new ApiRefusal(StatusCodes.Status403Forbidden, $"The host {request.Host.Host} is not known as a name of this sink: add it to SINK_API_HOSTS, use an IP address, or send the token");
        }

        if (IsFromAnotherSite(request))
        {
            return new ApiRefusal(StatusCodes.Status403Forbidden, "The request comes from another site's page, which this API does not answer");
        }

        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || hasToken || context.GetEndpoint()?.Metadata.GetMetadata<ApiReading>() is not null)
        {
            return null;
        }

        if (shown.Length > 0 && _token is not null)
        {
            return new ApiRefusal(StatusCodes.Status401Unauthorized, "The token in Authorization is not the one in SINK_API_TOKEN");
        }

        if (context.Connection.RemoteIpAddress is { } client && IPAddress.IsLoopback(client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client))
        {
            return null;
        }

        return _token is null
            ? new ApiRefusal(StatusCodes.Status403Forbidden, "Changes are accepted from loopback only: set SINK_API_TOKEN to allow them from elsewhere")
            : new ApiRefusal(StatusCodes.Status401Unauthorized, "Changes from outside loopback need the token in SINK_API_TOKEN: send it as Authorization: Bearer TOKEN");
    }

    private bool IsToken(string shown) =>
        _token is not null
        && shown.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown[Scheme.Length..].Trim())), _token);

    // A name without a dot is nobody's on the internet, and .localhost is everybody's own (RFC 6761 section 6.3).
    private bool IsOwnHost(string host)
    {
        var name = host.TrimEnd('.');
        return IPAddress.TryParse(name, out _)
            || (name.Length > 0 && !name.Contains('.', StringComparison.Ordinal))
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || _hosts.Contains(name);
    }

    private static bool IsFromAnotherSite(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length > 0 && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // A link that a person follows shows the page, and no other page sees what it shows.
        return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site"
            && !(HttpMethods.IsGet(request.Method) && request.Headers["Sec-Fetch-Mode"] == "navigate" && request.Headers["Sec-Fetch-Dest"] == "document");
    }
}

/// <summary>Why the gate is shut.</summary>
/// <param name="Status">403, or 401 where a token would open it.</param>
/// <param name="Detail">The reason, and what to do.</param>
internal sealed record ApiRefusal(int Status, string Detail);

/// <summary>Marks what stands behind the gate.</summary>
internal sealed class BehindGate
{
    public static readonly BehindGate Metadata = new();
}

/// <summary>Marks a POST that changes nothing.</summary>
internal sealed class ApiReading
{
    public static readonly ApiReading Metadata = new();
}

internal static class ApiGateExtensions
{
    /// <summary>
    /// Has the gate judge every request for what stands behind it. A path or method that there is not has been answered before (404, 405), with nothing but that: it tells
    /// whoever may not ask no more than /livez does, which stands before the gate.
    /// </summary>
    public static void UseApiGate(this IApplicationBuilder app, ApiGate gate) =>
        app.Use((context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<BehindGate>() is null)
            {
                return next(context);
            }

            // Nobody guesses what an answer is, keeps it, or shows it inside of a page of theirs.
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.CacheControl = "no-store";
            headers.XFrameOptions = "DENY";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Referrer-Policy"] = "no-referrer";
            if (gate.Judge(context) is not { } refusal)
            {
                return next(context);
            }

            if (refusal.Status == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers[HeaderNames.WWWAuthenticate] = "Bearer";
            }

            return context.RefuseAsync(refusal.Status, refusal.Detail);
        });
}
