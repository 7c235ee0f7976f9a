using System.Text.RegularExpressions;
using SmartSink.Policy;
using SmartSink.Policy.Model;
using SmartSink.Smtp;
using SmartSink.Testing;
using SmartSink.Testing.Policies;
using SmartSink.Tests.Connections;

namespace SmartSink.Tests.Transcripts;

/// <summary>Over a socket a provider gives all replies of its file and no other, each at its stage, and closes behind those that do.</summary>
public sealed partial class CatalogueTests
{
    private const int MostDraws = 2000;

    public static TheoryData<string> Files => [.. Catalogue.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_provider_says_what_its_file_has(string file)
    {
        foreach (var list in Catalogue.Replies.Where(reply => reply.File == file).GroupBy(reply => reply.Kind))
        {
            var entry = list.First().Entry;
            var domain = entry.Replace("*", "any.example", StringComparison.Ordinal);
            await using var server = RunningServer.Start(filter: WithEvenWeights(file, list.Key == ReplyKind.Tls ? entry : null));
            var missing = list.ToList();
            var replies = list.Select(reply => (Reply: reply, Pattern: PatternOf(reply, domain))).ToArray();
            SmtpTestClient? client = null;
            for (var draws = 0; missing.Count > 0 && draws < MostDraws; draws++)
            {
                client ??= await GreetedAsync(server);
                var (stage, text) = await RefusalAsync(client, $"{LocalPartFor(list.Key)}{draws}@{domain}");
                var met = replies.Where(one => GivenAt(one.Reply) == stage && one.Pattern.IsMatch(text)).Select(one => one.Reply).ToArray();
                met.ShouldNotBeEmpty($"{file} has no such reply at {stage}:\n{text}");
                var closed = await HasClosedAsync(client);
                met = [.. met.Where(reply => (reply.Closes ?? reply.Code == 421) == closed)];
                met.ShouldNotBeEmpty($"{file} says otherwise whether the connection ends behind this:\n{text}");
                missing.RemoveAll(met.Contains);
                if (closed)
                {
                    await client.DisposeAsync();
                    client = null;
                }
            }

            missing.Select(reply => reply.Place).ShouldBeEmpty();
            await (client?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    /// <summary>What begins the local part of a recipient who gets a reply of that list; where TLS is required, everybody gets one who has none.</summary>
    private static string LocalPartFor(ReplyKind kind) => kind switch { ReplyKind.Bounce => "permfail", ReplyKind.Defer => "tempfail", _ => "someone" };

    /// <summary>The file, with weights that let a few draws meet each reply.</summary>
    private static PolicySnapshot WithEvenWeights(string file, string? withTls)
    {
        using var folder = new TemporaryFolder();
        folder.Write(file, Weight().Replace(File.ReadAllText(Catalogue.PathOf(file)), "weight = 1"));
        var tls = withTls switch { null => string.Empty, "*" => "default.tls = \"required\"\n", _ => $"domain.\"{withTls}\".tls = \"required\"\n" };
        var main = folder.Write("responses.toml", $"seed = 1\ninclude = [\"{file}\"]\n{tls}");
        return PolicyLoader.Load(main).Snapshot.ShouldNotBeNull();
    }

    private static async Task<SmtpTestClient> GreetedAsync(RunningServer server)
    {
        var client = await server.GreetedAsync();
        (await client.AskAsync("EHLO client.example")).ShouldStartWith("250");
        return client;
    }

    private static async Task<(Stage Stage, string Text)> RefusalAsync(SmtpTestClient client, string recipient)
    {
        (await client.AskAsync("MAIL FROM:<news@sender.example>")).ShouldStartWith("250 2.1.0");
        var reply = await client.AskAsync($"RCPT TO:<{recipient}>");
        if (!reply.StartsWith("250 ", StringComparison.Ordinal))
        {
            return (Stage.Rcpt, reply);
        }

        (await client.AskAsync("DATA")).ShouldStartWith("354");
        return (Stage.Data, await client.AskAsync("Subject: x\r\n\r\nhello\r\n."));
    }

    private static async Task<bool> HasClosedAsync(SmtpTestClient client)
    {
        string? line;
        try
        {
            await client.SendAsync("RSET\r\n");
            line = await client.LineAsync();
        }
        catch (IOException)
        {
            // The end of a server that was gone before it saw the command.
            return true;
        }

        line?.ShouldStartWith("250 2.0.0");
        return line is null;
    }

    /// <summary>Before RCPT the recipient's domain is not known: what lies before is said there.</summary>
    private static Stage GivenAt(CatalogueReply reply) => reply.Stage == Stage.Data ? Stage.Data : Stage.Rcpt;

    /// <summary>The reply's lines as RFC 5321 section 4.2.1 and RFC 2034 section 4 have them; what differs from one time to the next is any text.</summary>
    private static Regex PatternOf(CatalogueReply reply, string domain)
    {
        var localPart = LocalPartFor(reply.Kind) + "[0-9]+";
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_ip"] = @"127\.0\.0\.1",
            ["sender"] = @"news@sender\.example",
            ["sender_domain"] = @"sender\.example",
            ["recipient"] = $"{localPart}@{Regex.Escape(domain)}",
            ["local_part"] = localPart,
            ["domain"] = Regex.Escape(domain),
            ["helo"] = @"client\.example",
            ["hostname"] = @"mx\.sink\.test",
        };
        var enhanced = EnhancedCode().Match(reply.Text).Value;
        var lines = reply.Text.Split('\n');
        return new Regex("^" + string.Join('\n', lines.Select(OnTheWire)) + "$", RegexOptions.CultureInvariant, TimeSpan.FromMinutes(1));

        string OnTheWire(string line, int number)
        {
            var text = EnhancedCode().IsMatch(line) || enhanced.Length == 0 ? line : $"{enhanced} {line}";
            var whole = $"{reply.Code}{(number < lines.Length - 1 ? '-' : ' ')}{text}".TrimEnd();
            return string.Concat(Placeholder().Split(whole).Select((part, i) => i % 2 == 0 ? Regex.Escape(part) : values.GetValueOrDefault(part, "[^\n]+")));
        }
    }

    [GeneratedRegex("^weight = .*$", RegexOptions.Multiline | RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Weight();

    [GeneratedRegex(@"^[245]\.\d{1,3}\.\d{1,3}(?=[ \n]|$)", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(@"\{([a-z0-9_:]+)\}", RegexOptions.CultureInvariant, 60_000)]
    private static partial Regex Placeholder();
}
