using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartSink.Connections;
using SmartSink.Senders;
using SmartSink.Settings.Values;
using SmartSink.Smtp.Replies;

namespace SmartSink.Http.Api;

/// <summary>Who is connected, and who has been.</summary>
internal sealed class ConnectionsApi(SmtpHost server, SenderTable senders, Func<Moment> clock)
{
    private static readonly ApiParameter<int> From = ApiParameter.Number("from", "The lowest number: the previous page's next", least: 0, most: int.MaxValue, otherwise: 0);

    /// <summary>A client's address, or a network of them.</summary>
    public static readonly ApiParameter<IPNetwork?> Client = new(
        "client", "Only this address or network", "string", "an address or a network such as 192.0.2.0/24", text => TryReadNetwork(text, out var network) ? (true, network) : (false, null), otherwise: null);

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapMethods("/connections", SinkPages.ReadMethods, (HttpContext context) => Answer(context))
            .Describe("connections", "Open SMTP connections, oldest first").Takes(From, ApiPaging.Count, Client);
        api.MapMethods("/senders", SinkPages.ReadMethods, (HttpContext context) => AnswerSenders(context))
            .Describe("senders", "Client networks and how they behave, busiest first").Takes(ApiPaging.Count);
    }

    /// <summary>An address, IPv4-mapped or not, or a network, whose host bits do not count.</summary>
    public static bool TryReadNetwork(string text, out IPNetwork? network)
    {
        network = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
        {
            return false;
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = address.GetAddressBytes();
        var bits = bytes.Length * 8;
        if (slash >= 0 && (!int.TryParse(text[(slash + 1)..], out bits) || bits < 0 || bits > bytes.Length * 8))
        {
            return false;
        }

        for (var bit = bits; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        network = new IPNetwork(new IPAddress(bytes), bits);
        return true;
    }

    private Results<Ok<ConnectionsReport>, ApiProblem> Answer(HttpContext context)
    {
        var query = new ApiQuery(context);
        var (from, count, client) = (query.Read(From), query.Read(ApiPaging.Count), query.Read(Client));
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var now = clock();
        var connections = server.ListConnections((uint)from, count, address => client is null || client.Value.Contains(address), out var next);
        return TypedResults.Ok(new ConnectionsReport(
            server.OpenConnections,
            [.. connections.Select(connection => new ConnectionReport(
                connection.Id,
                connection.Listener,
                connection.Client.ToString(),
                TimeOf(connection.OpenedAt, now),
                ConnectionReport.WordOf(connection.Phase),
                TextOrNull(connection.Helo),
                TextOrNull(connection.User),
                TlsVersionsText.IndexOf(connection.Tls) is >= 0 and var version ? TlsVersionsText.Texts[version] : null,
                connection.Messages))],
            next));
    }

    private Results<Ok<SendersReport>, ApiProblem> AnswerSenders(HttpContext context)
    {
        var query = new ApiQuery(context);
        var count = query.Read(ApiPaging.Count);
        if (query.Problem is { } problem)
        {
            return problem;
        }

        var now = clock();
        var open = server.OpenClients.CountBy(SenderTable.NetworkOf).ToDictionary();
        var all = senders.All.ToList();
        var shown = all.OrderByDescending(row => row.Recipients).ThenByDescending(row => row.Connections).ThenBy(row => row.Name, StringComparer.Ordinal).Take(count)
            .Select(row => new ClientReport(
                row.Name,
                open.GetValueOrDefault(row.Network),
                row.Connections,
                row.Messages,
                row.Recipients,
                row.Refused,
                TimeOf(row.FirstSeen, now),
                TimeOf(row.LastSeen, now),
                row.Retries,
                row.Gaps?.Read() is var (p50, p90, max) ? new RetryGapsReport(p50, p90, max) : null))
            .ToList();
        return TypedResults.Ok(new SendersReport(shown, all.Count - shown.Count + senders.LeftOut, senders.Forgotten));
    }

    private static DateTimeOffset TimeOf(long milliseconds, in Moment now) => now.Utc.AddMilliseconds(milliseconds - now.Milliseconds);

    private static string? TextOrNull(string text) => text.Length == 0 ? null : text;
}

/// <summary>A page of open connections.</summary>
/// <param name="Open">How many are open in all.</param>
/// <param name="Connections">Those of the page, by number.</param>
/// <param name="Next">Where the next page begins; null behind the last.</param>
internal sealed record ConnectionsReport(int Open, IReadOnlyList<ConnectionReport> Connections, uint? Next);

/// <summary>An open connection.</summary>
/// <param name="Id">Its number, as in the log.</param>
/// <param name="Listener">The listener's name.</param>
/// <param name="Client">The client's address, or the one that it named by XCLIENT.</param>
/// <param name="Since">When it was accepted, to a tenth of a second.</param>
/// <param name="State">Where its dialog stands, in a word.</param>
/// <param name="Helo">The name given with EHLO or HELO; null for none.</param>
/// <param name="User">The user that it authenticated as; null for none.</param>
/// <param name="Tls">The version of TLS: <c>1.3</c>; null without.</param>
/// <param name="Messages">How many messages have come over it.</param>
internal sealed record ConnectionReport(uint Id, string Listener, string Client, DateTimeOffset Since, string State, string? Helo, string? User, string? Tls, int Messages)
{
    private static readonly string[] Words = [.. Enum.GetNames<Smtp.Server.DialogPhase>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    /// <summary>By the names of <see cref="Smtp.Server.DialogPhase"/>.</summary>
    public static IReadOnlyList<string> States => Words;

    public static string WordOf(Smtp.Server.DialogPhase phase) => Words[(int)phase];
}

/// <summary>Client networks.</summary>
/// <param name="Senders">The busiest.</param>
/// <param name="LeftOut">How many more there are, or were and made room for others.</param>
/// <param name="RetriesUnseen">Recipients refused for now of whom there was no room to know until they would be tried again.</param>
internal sealed record SendersReport(IReadOnlyList<ClientReport> Senders, long LeftOut, long RetriesUnseen);

/// <summary>A client network since it was seen first.</summary>
/// <param name="Client">An IPv4 address with /32, or 64 bits of an IPv6 address.</param>
/// <param name="ConnectionsOpen">Open connections.</param>
/// <param name="Connections">Dialogs begun.</param>
/// <param name="Messages">Messages that came to their end of data.</param>
/// <param name="Recipients">Recipients that came to their outcome.</param>
/// <param name="Refused">Recipients refused, and greetings, EHLO and MAIL.</param>
/// <param name="FirstSeen">When its first dialog began.</param>
/// <param name="LastSeen">When it last began a dialog or named a recipient.</param>
/// <param name="Retries">Recipients tried again after a refusal for now: the same sender and recipient.</param>
/// <param name="RetryGapSeconds">The time between such a refusal and the next try; null before the first.</param>
internal sealed record ClientReport(
    string Client, int ConnectionsOpen, long Connections, long Messages, long Recipients, long Refused, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, long Retries, RetryGapsReport? RetryGapSeconds);

/// <summary>Median, 90th percentile and the longest; the first two are at most 7 % off.</summary>
internal sealed record RetryGapsReport(double P50, double P90, double Max);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ConnectionsReport))]
[JsonSerializable(typeof(SendersReport))]
internal sealed partial class ConnectionsJson : JsonSerializerContext;
