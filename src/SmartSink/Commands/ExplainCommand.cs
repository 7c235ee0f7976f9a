using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using SmartSink.Behaviour;
using SmartSink.Hosting;
using SmartSink.Http.Api;
using SmartSink.Settings;

namespace SmartSink.Commands;

/// <summary><c>smartsink explain</c>: tells what becomes of mail to an address, and why.</summary>
internal static class ExplainCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Explains each address; ends with 1 when one of them is none.</summary>
    /// <param name="question">What to explain.</param>
    /// <param name="settings">Name the policy and the default rates.</param>
    /// <param name="output">Takes the explanations.</param>
    /// <param name="cancellation">Ends the wait for a sink.</param>
    /// <exception cref="StartException">The policy cannot be used.</exception>
    public static async Task<int> RunAsync(ExplainQuestion question, SinkSettings settings, TextWriter output, CancellationToken cancellation)
    {
        var result = PolicySource.Load(settings);
        if (result.Snapshot is not { } snapshot)
        {
            throw new StartException(ExitCodes.Usage, [.. result.Diagnostics.Select(diagnostic => diagnostic.ToString())]);
        }

        var explanations = question.Addresses.Select(address => snapshot.Explain(address, question.Destination)).ToList();
        var texts = new List<string>();
        foreach (var explanation in explanations)
        {
            texts.Add(explanation.ToText() + (question.AsksSink && explanation.Problem is null ? await AskAsync(explanation.Address, question, cancellation) : string.Empty));
        }

        await output.WriteAsync(string.Join('\n', texts));
        return explanations.Exists(explanation => explanation.Problem is not null) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task<string> AskAsync(string address, ExplainQuestion question, CancellationToken cancellation)
    {
        var subject = question.Client is null ? "override" : $"client   {question.Client}";
        var page = new Uri(
            question.Url,
            $"{ApiRoutes.Root[1..]}/explain?recipient={Uri.EscapeDataString(address)}{(question.Client is { } client ? $"&client={Uri.EscapeDataString(client.ToString())}" : string.Empty)}{(question.Sender is { } sender ? $"&sender={Uri.EscapeDataString(sender)}" : string.Empty)}&user={Uri.EscapeDataString(question.User)}");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(page, cancellation);
            return answer.IsSuccessStatusCode
                ? TextOf((await answer.Content.ReadFromJsonAsync(PolicyJson.Default.ExplainReport, cancellation))!, question.Url)
                : $"  {subject}: the server at {question.Url} says {(int)answer.StatusCode} {answer.ReasonPhrase}{(answer.StatusCode == HttpStatusCode.NotFound ? "; with SINK_API=off a sink does not report its clients and overrides" : string.Empty)}\n";
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or JsonException && !cancellation.IsCancellationRequested)
        {
            return $"  {subject}: no sink answers at {question.Url}, so nothing is known about it ({exception.Message}); use --url to name another\n";
        }
    }

    private static string TextOf(ExplainReport report, Uri url) =>
        (report.Memory is { } memory ? RecallText.Of(memory, url) : string.Empty) + string.Concat(report.Overrides.Select(rule => $"  override {OverrideCommand.LineOf(rule)}\n"));
}

/// <summary>What <c>smartsink explain</c> was asked.</summary>
/// <param name="AsksSink">Whether a running sink is asked, too.</param>
/// <param name="Addresses">Mailboxes or domains.</param>
/// <param name="Destination">Where the client meant to connect to; null to leave that aside.</param>
/// <param name="Client">The client whose memory a running sink is asked for; null for nobody's.</param>
/// <param name="Sender">The client's sender, for greylists, limits by its domain and overrides, empty for the null sender; null when it is not given.</param>
/// <param name="User">The client's user, for limits by user; empty for none.</param>
/// <param name="Url">Where the sink's HTTP listens.</param>
internal sealed record ExplainQuestion(bool AsksSink, IReadOnlyList<string> Addresses, IPAddress? Destination, IPAddress? Client, string? Sender, string User, Uri Url);

/// <summary>What a sink remembers of a client, in lines for people.</summary>
internal static class RecallText
{
    public static string Of(SenderRecall recall, Uri url)
    {
        if (recall.Provider is not { } provider)
        {
            return $"  client   {recall.Client}: the sink at {url} has no limit or greylist for this domain\n";
        }

        var text = new StringBuilder($"  client   {recall.Client} at {provider}, as the sink at {url} remembers it\n");
        foreach (var owner in recall.Owners)
        {
            Write(text, owner);
        }

        if (recall.Greylist is { } greylist)
        {
            text.Append(greylist.State switch
            {
                "unknown" => "    greylist: not tried yet; the first attempt is refused\n",
                "waiting" => $"    greylist: tried; accepted in {TimeOf(greylist.Wait)} at the earliest\n",
                "ready" => "    greylist: tried; the next attempt is accepted\n",
                _ => "    greylist: passed\n",
            });
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, OwnerRecall owner)
    {
        text.Append(CultureInfo.InvariantCulture, $"    {owner.By} {owner.Name}{(owner.IsKnown ? string.Empty : ": nothing remembered")}\n");
        if (owner.BlockedFor is { } time)
        {
            text.Append(CultureInfo.InvariantCulture, $"      blocked for another {TimeOf(time)}{(owner.Blocks > 1 ? $", {owner.Blocks} blocks in a row" : string.Empty)}\n");
        }

        Write(text, owner.Tokens, "recipients left in the bucket");
        Write(text, owner.Warmup, "recipients in this period of the warm-up");
        Write(text, owner.Unknown, "recipients refused permanently");
        Write(text, owner.Throttled, "throttled recipients before a block");
        Write(text, owner.Connections, "connections");
    }

    private static void Write(StringBuilder text, CountOf? count, string what)
    {
        if (count is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"      {count.Count} of {count.Of} {what}\n");
        }
    }

    private static string TimeOf(double seconds) => seconds < 60
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds)} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds / 60)} min");
}
