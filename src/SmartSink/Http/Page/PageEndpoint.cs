using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using SmartSink.Http.Api;

namespace SmartSink.Http.Page;

/// <summary>The page that shows and steers the sink, at / for a browser, and its files below /page. It is a client of the API like any other.</summary>
internal static class PageEndpoint
{
    private const string Index = "index.html";
    private const string Prefix = "page/";

    /// <summary>Nothing but the sink's own files and API: no markup, script or style that somebody else has written into the page would run.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FrozenDictionary<string, PageFile> Files = typeof(PageEndpoint).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], name => new PageFile(name), StringComparer.Ordinal);

    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Names => Files.Keys;

    public static void MapPage(this IEndpointRouteBuilder routes)
    {
        routes.MapRead("/", context =>
        {
            // The same address is for curl, to which the names of the other pages say more.
            context.Response.Headers.Vary = HeaderNames.Accept;
            return Prefers(context.Request, "text/html") ? AnswerAsync(context, Files[Index]) : SinkPages.AnswerIndexAsync(context);
        }).WithMetadata(BehindGate.Metadata);
        routes.MapRead("/" + Prefix + "{name}", context =>
        {
            if (Files.TryGetValue((string)context.Request.RouteValues["name"]!, out var file))
            {
                return AnswerAsync(context, file);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }).WithMetadata(BehindGate.Metadata);
    }

    private static bool Prefers(HttpRequest request, string type) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted) && accepted.Any(each => each.MediaType == type && each.Quality is null or > 0);

    private static async Task AnswerAsync(HttpContext context, PageFile file)
    {
        // Besides those of the gate. A browser may keep the files, and asks whether they are still the same.
        var headers = context.Response.Headers;
        headers.ETag = file.Tag;
        headers.CacheControl = "no-cache";
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (context.Request.Headers.IfNoneMatch.Contains(file.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = file.Type;
        context.Response.ContentLength = file.Body.Length;
        await context.Response.Body.WriteAsync(file.Body, context.RequestAborted);
    }

    /// <summary>A file of the page; it is read when it is first asked for.</summary>
    private sealed class PageFile(string resource)
    {
        private readonly Lazy<(byte[] Body, string Tag)> _read = new(() => Read(resource));

        public byte[] Body => _read.Value.Body;

        /// <summary>Changes with the body (RFC 9110 section 8.8.3).</summary>
        public string Tag => _read.Value.Tag;

        public string Type { get; } = Path.GetExtension(resource) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        };

        private static (byte[] Body, string Tag) Read(string resource)
        {
            using var stream = typeof(PageEndpoint).Assembly.GetManifestResourceStream(resource)!;
            var body = new byte[stream.Length];
            stream.ReadExactly(body);
            return (body, $"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 12))}\"");
        }
    }
}
