using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SmartSink.Behaviour.Rules;
using SmartSink.Hosting;
using SmartSink.Http;
using SmartSink.Http.Api;
using SmartSink.Shared;

namespace SmartSink.Commands;

/// <summary><c>smartsink override</c> and <c>smartsink calm</c>: change a running sink's answers for a while, and change them back.</summary>
internal static class OverrideCommand
{
    private const string All = "*";

    // Not a default of the option, which the help would show.
    private const string TokenVariable = "SINK_API_TOKEN";

    private static readonly string[] Stages = ["connect", "ehlo", "mail", "rcpt", "data"];

    /// <summary><c>smartsink override</c>.</summary>
    public static Command CreateOverride()
    {
        var domains = new Argument<string[]>("DOMAIN") { Arity = ArgumentArity.ZeroOrMore, Description = "Domains or patterns of recipients; \"*\" for all" };
        var defer = Percent("--defer", "Percent of recipients to refuse temporarily");
        var bounce = Percent("--bounce", "Percent of recipients to refuse permanently");
        var reply = new Option<OverrideReply?>("--reply") { HelpName = "text", Description = "Reply to give, such as \"451 4.7.1 Try again later\"", CustomParser = ParseReply };
        var accept = new Option<bool>("--accept") { Description = "Accept, regardless of rates and limits" };
        var delay = Text("--delay", "time", "Delay of the reply, such as 5s or 1s..3s");
        var fault = Text("--fault", "word", "What goes wrong: drop, reset, hang, stall, slow-reply or accept-then-drop");
        var when = Text("--when", "word", "When accept-then-drop closes the connection: before the reply (the default), within or after it");
        var share = Percent("--share", "Percent of matching recipients to act on; all unless given");
        var times = new Option<long?>("--times") { HelpName = "n", Description = "Act on this many recipients, then end" };
        var lasts = Text("--for", "time", "How long it lasts, at most 24h; 10m unless given");
        var name = Text("--name", "text", "Name for the log, the page and lists");
        var recipient = Text("--recipient", "glob", "Only recipients like this; * matches any characters");
        var sender = Text("--sender", "glob", "Only senders like this; an empty text is the null sender");
        var client = Text("--client", "network", "Only clients with this address or in this network");
        var stage = Text("--stage", "stage", $"Stage at which it acts: {string.Join(", ", Stages)}; rcpt unless given");
        var list = new Option<bool>("--list") { Description = "List the overrides in force without changing anything" };
        var (url, token) = (CommandLine.Url(), Token());
        var command = new Command("override", "Override a running sink's policy for a while; exits with 1 if the sink refuses or does not answer, with 2 if the override is invalid")
        {
            domains, defer, bounce, reply, accept, delay, fault, when, share, times, lasts, name, recipient, sender, client, stage, list, url, token,
        };
        command.Validators.Add(line =>
        {
            foreach (var word in (line.GetValue(domains) ?? []).Where(word => word.StartsWith('-')))
            {
                line.AddError($"override: unknown option {word}{Suggestion.Of(word, line.Command.Options.Select(option => option.Name))}");
            }

            var isFor = line.GetValue(domains) is { Length: > 0 } || new Option[] { recipient, sender, client }.Any(option => line.GetResult(option) is not null);
            if (!line.GetValue(list) && !isFor)
            {
                line.AddError("override: name a domain (\"*\" for all), or give --recipient, --sender or --client");
            }
        });
        command.SetAction((line, cancellation) =>
        {
            var names = line.GetValue(domains) ?? [];
            var given = new OverrideText
            {
                Match = new OverrideMatch
                {
                    Domain = names.Length == 0 || names.Contains(All) ? null : names,
                    Recipient = line.GetValue(recipient),
                    Sender = line.GetValue(sender),
                    Client = line.GetValue(client),
                    Stage = line.GetValue(stage),
                },
                Do = new OverrideAction
                {
                    Defer = line.GetValue(defer),
                    Bounce = line.GetValue(bounce),
                    Reply = line.GetValue(reply),
                    Accept = line.GetValue(accept) ? true : null,
                    Delay = line.GetValue(delay),
                    Fault = line.GetValue(fault),
                    When = line.GetValue(when),
                },
                Share = line.GetValue(share),
                Times = line.GetValue(times),
                For = line.GetValue(lasts),
                Name = line.GetValue(name),
            };
            return RunAsync(line, url, token, line.GetValue(list) ? ListAsync : (api, output) => AddAsync(api, given, output), cancellation);
        });
        return command;
    }

    /// <summary><c>smartsink calm</c>.</summary>
    public static Command CreateCalm()
    {
        var which = new Argument<string?>("ID|DOMAIN") { Arity = ArgumentArity.ZeroOrOne, Description = "Id of an override, or a domain named by overrides; all overrides unless given" };
        var (url, token) = (CommandLine.Url(), Token());
        var command = new Command("calm", "Remove overrides from a running sink; exits with 1 if there is none with that id or domain, or if the sink refuses or does not answer") { which, url, token };
        command.SetAction((line, cancellation) => RunAsync(line, url, token, (api, output) => CalmAsync(api, line.GetValue(which), output), cancellation));
        return command;
    }

    /// <summary>An override in a line: <c>3  yahoo is down  4m58s left, acted 120 times</c>.</summary>
    public static string LineOf(OverrideReport rule)
    {
        var left = TimeSpan.FromSeconds(Math.Ceiling(rule.LeftSeconds));
        var time = left.TotalHours >= 1 ? $"{(int)left.TotalHours}h{left.Minutes:00}m" : left.TotalMinutes >= 1 ? $"{left.Minutes}m{left.Seconds:00}s" : $"{left.Seconds}s";
        return string.Create(CultureInfo.InvariantCulture, $"{rule.Id}  {OneLine.Escape(rule.Name)}  {time} left, acted {rule.Acted} {(rule.Acted == 1 ? "time" : "times")}{(rule.Times is { } most ? $" of {most}" : string.Empty)}");
    }

    private static async Task<int> RunAsync(
        ParseResult line, Option<Uri> url, Option<string?> token, Func<RunningApi, TextWriter, Task<int>> run, CancellationToken cancellation)
    {
        using var api = new RunningApi(line.GetValue(url)!, TokenIn(line, token), cancellation);
        return await run(api, line.InvocationConfiguration.Output);
    }

    private static async Task<int> AddAsync(RunningApi api, OverrideText given, TextWriter output)
    {
        var added = await api.PostAsync("overrides", given, OverrideJson.Default.OverrideText, OverrideJson.Default.OverrideReport);
        await output.WriteLineAsync(LineOf(added));
        return ExitCodes.Success;
    }

    private static async Task<int> ListAsync(RunningApi api, TextWriter output)
    {
        foreach (var rule in (await api.GetAsync("overrides", OverrideJson.Default.OverrideList)).Overrides)
        {
            await output.WriteLineAsync(LineOf(rule));
        }

        return ExitCodes.Success;
    }

    private static async Task<int> CalmAsync(RunningApi api, string? which, TextWriter output)
    {
        if (which is null)
        {
            var (removed, _) = await api.DeleteAsync("overrides", OverrideJson.Default.OverridesRemoved);
            return await TellAsync(removed!.Removed);
        }

        if (which.Length > 0 && which.All(char.IsAsciiDigit))
        {
            var (_, isFound) = await api.DeleteAsync<OverridesRemoved>($"overrides/{which}", null);
            return isFound ? await TellAsync(1) : throw new StartException(ExitCodes.Failure, [$"calm: there is no override {which}"]);
        }

        var count = 0;
        foreach (var rule in (await api.GetAsync("overrides", OverrideJson.Default.OverrideList)).Overrides.Where(rule => rule.Match.Domain?.Contains(which, StringComparer.OrdinalIgnoreCase) ?? false))
        {
            count += (await api.DeleteAsync<OverridesRemoved>($"overrides/{rule.Id}", null)).IsFound ? 1 : 0;
        }

        return count > 0 ? await TellAsync(count) : throw new StartException(ExitCodes.Failure, [$"calm: no override names {which}"]);

        async Task<int> TellAsync(int removed)
        {
            await output.WriteLineAsync(removed == 1 ? "1 override removed" : string.Create(CultureInfo.InvariantCulture, $"{removed} overrides removed"));
            return ExitCodes.Success;
        }
    }

    private static Option<string?> Text(string name, string help, string description) => new(name) { HelpName = help, Description = description };

    private static Option<double?> Percent(string name, string description) => new(name)
    {
        HelpName = "percent",
        Description = description,
        CustomParser = given =>
        {
            if (Percents.TryParse(given.Tokens[0].Value, out var percent))
            {
                return percent;
            }

            given.AddError($"{name}: not a percentage from 0 to 100");
            return null;
        },
    };

    private static OverrideReply? ParseReply(System.CommandLine.Parsing.ArgumentResult given)
    {
        var text = given.Tokens[0].Value;
        if (text.Length >= 3 && int.TryParse(text.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code) && (text.Length == 3 || text[3] is ' ' or '-'))
        {
            return new OverrideReply { Code = code, Msg = text.Length > 3 ? text[4..] : string.Empty };
        }

        given.AddError("--reply: not a reply such as \"451 4.7.1 Try again later\"");
        return null;
    }

    /// <summary>What a sink elsewhere knows its friends by.</summary>
    public static Option<string?> Token() => new("--token")
    {
        HelpName = "text",
        Description = $"Token of a sink on another machine [{TokenVariable}]",
    };

    /// <summary>The token that a command line or else the environment gives; null for none.</summary>
    public static string? TokenIn(ParseResult line, Option<string?> token) =>
        (line.GetValue(token) ?? Environment.GetEnvironmentVariable(TokenVariable)) is { Length: > 0 } given ? given : null;
}

/// <summary>The API of a running sink, asked from the command line.</summary>
internal sealed class RunningApi : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private readonly Uri _root;
    private readonly CancellationToken _cancellation;

    /// <summary>Asks nothing yet.</summary>
    /// <param name="url">Where the sink's HTTP listens, with a slash at its end.</param>
    /// <param name="token">What may change something; null for none.</param>
    /// <param name="cancellation">Ends the wait for an answer.</param>
    public RunningApi(Uri url, string? token, CancellationToken cancellation)
    {
        _root = new Uri(url, $"{ApiRoutes.Root[1..]}/");
        _cancellation = cancellation;
        if (token is not null)
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type) => (await SendAsync(HttpMethod.Get, path, null, type)).Answer!;

    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> type) =>
        AskAsync(HttpMethod.Post, path, JsonOf(body, bodyType), type);

    /// <summary>Any call that is answered with JSON; the content is disposed of.</summary>
    public async Task<T> AskAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> type) => (await SendAsync(method, path, content, type)).Answer!;

    /// <summary>A body.</summary>
    public static HttpContent JsonOf<T>(T body, JsonTypeInfo<T> type) =>
        new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    /// <summary>Whether there was something to delete, and what is said of it, if a type is given.</summary>
    public Task<(T? Answer, bool IsFound)> DeleteAsync<T>(string path, JsonTypeInfo<T>? type) => SendAsync(HttpMethod.Delete, path, null, type);

    public void Dispose() => _http.Dispose();

    private async Task<(T? Answer, bool IsFound)> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T>? type)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(_root, path)) { Content = content };
            using var answer = await _http.SendAsync(request, _cancellation);
            if (method == HttpMethod.Delete && answer.StatusCode == HttpStatusCode.NotFound)
            {
                return (default, false);
            }

            if (!answer.IsSuccessStatusCode)
            {
                throw await ProblemOf(answer);
            }

            return (type is null ? default : await answer.Content.ReadFromJsonAsync(type, _cancellation), true);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException || (exception is TaskCanceledException && !_cancellation.IsCancellationRequested))
        {
            throw new StartException(ExitCodes.Failure, [$"no sink answers at {_root} ({exception.Message}); use --url to name another"], exception);
        }
    }

    private async Task<StartException> ProblemOf(HttpResponseMessage answer)
    {
        ProblemReport? problem = null;
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            problem = await answer.Content.ReadFromJsonAsync(HttpJson.Default.ProblemReport, _cancellation);
        }

        return problem?.Errors is { Count: > 0 } errors
            ? new StartException(ExitCodes.Usage, [.. errors.Select(error => OneLine.Escape(OptionOf(error) is { } option ? $"{option}: {error.Detail}" : error.Detail))])
            : new StartException(ExitCodes.Failure, [OneLine.Escape($"the server at {_root} says {(int)answer.StatusCode} {answer.ReasonPhrase}{(problem?.Detail is { } detail ? $": {detail}" : string.Empty)}")]);
    }

    // The options are called as the parameters and fields are.
    private static string? OptionOf(ProblemError error) => error.Parameter is { } parameter ? $"--{parameter}" : error.Pointer?.Split('/') switch
    {
        null => null,
        [_, "match", "domain", ..] => "DOMAIN",
        [_, "do", "reply", ..] => "--reply",
        [_, "do"] => "override",
        [_, .., var field] => $"--{field}",
        _ => "override",
    };
}
