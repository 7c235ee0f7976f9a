using System.Net;
using System.Text;
using SmartSink.Testing;
using SmartSink.Testing.Time;
using SmartSink.TrafficGen.Messages;
using SmartSink.TrafficGen.Options;
using SmartSink.TrafficGen.Sending;

namespace SmartSink.TrafficGen.Tests.Sending;

/// <summary>What is asked of KumoMTA.</summary>
public sealed class InjectRequestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_batch_is_exactly_this()
    {
        var (request, options) = await HearAsync(options => options with { RecipientsPerMessage = 2, BodySize = 0, Headers = ["X-Quote: \"a\\b\" <ü>"] });

        request.Line.ShouldBe("POST /api/inject/v1 HTTP/1.1");
        request.Fields["Content-Type"].ShouldBe("application/json");
        request.Fields.Keys.ShouldNotContain("Authorization");
        var (first, second) = (RecipientOf(options, 0), RecipientOf(options, 1));
        request.Body.ShouldBe(
            $$"""{"envelope_sender":"noreply@a.example","recipients":[{"email":"{{first}}"},{"email":"{{second}}"}],"content":"From: <noreply@a.example>\r\nTo: <{{first}}>,\r\n <{{second}}>\r\n"""
            + """Subject: Message 0 of run run\r\nDate: Fri, 02 Jan 2026 03:04:05 +0000\r\nMessage-ID: <run.0@a.example>\r\nX-SmartSink-Run: run/0\r\n"""
            + """MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\nX-Quote: \"a\\b\" <ü>\r\n\r\n"}""");
        second.ShouldNotBe(first);
    }

    [Fact]
    public async Task The_switches_of_KumoMTA_are_passed_on()
    {
        var (request, _) = await HearAsync(options => options with { HttpDeferSpool = true, HttpDeferGeneration = true });

        request.Json.EnumerateObject().Select(property => property.Name)
            .ShouldBe(["envelope_sender", "recipients", "content", "deferred_spool", "deferred_generation"]);
        (request.Json.GetProperty("deferred_spool").GetBoolean(), request.Json.GetProperty("deferred_generation").GetBoolean()).ShouldBe((true, true));
    }

    [Theory]
    [InlineData("X-Template: {{ name }}", true)]
    [InlineData("X-Template: {% if a %}", true)]
    [InlineData("X-Template: {# b #}", true)]
    [InlineData("X-Template: {a}", false)]
    public async Task What_looks_like_a_template_is_not_expanded(string header, bool guarded)
    {
        var (request, _) = await HearAsync(options => options with { Headers = [header] });

        request.Content.ShouldContain(header);
        request.Json.TryGetProperty("template_dialect", out var dialect).ShouldBe(guarded);
        (guarded ? dialect.GetString() : "Static").ShouldBe("Static");
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(300_000)]
    public async Task The_message_is_the_one_that_goes_by_SMTP(int size)
    {
        var (request, options) = await HearAsync(options => options with { BodySize = size, RecipientsPerMessage = 3, Seed = 11 });

        string? bySmtp = null;
        await using var server = FakeServer.Start((session, _) =>
        {
            session.Extensions = ["CHUNKING"];
            return ServeAsync(session);
        });
        await (options with { Target = server.EndPoint, Http = null, Chunking = true }).MakeAsync(new ManualTimeProvider());
        await server.DisposeAsync();

        request.Content.ShouldBe(bySmtp);

        async Task ServeAsync(FakeSession session)
        {
            await session.ServeAsync();
            bySmtp = session.Chunks[0];
        }
    }

    [Fact]
    public async Task A_message_of_a_file_goes_as_it_stands_but_for_its_line_ends()
    {
        var file = _folder.Write("message", "Subject: ü\n\n.\n..a\n");

        var (request, _) = await HearAsync(options => options with { BodyFile = file });

        request.Content.ShouldBe("Subject: ü\r\n\r\n.\r\n..a\r\n");
    }

    [Fact]
    public async Task A_message_that_JSON_cannot_carry_is_refused_before_the_run()
    {
        var file = _folder.Combine("message");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes("Subject: ü\n\n"), TestContext.Current.CancellationToken);

        var mistake = await Should.ThrowAsync<TrafficException>(HearAsync(options => options with { BodyFile = file }));

        mistake.Message.ShouldBe($"{file} is not valid UTF-8, which JSON requires; it cannot be sent with --http");
    }

    [Theory]
    [InlineData("/kumo/", "POST /kumo/api/inject/v1 HTTP/1.1")]
    [InlineData("/api/inject/v1", "POST /api/inject/v1 HTTP/1.1")]
    public async Task The_page_is_found(string path, string line)
    {
        var (request, _) = await HearAsync(options => options with { Http = new Uri(options.Http!, path) });

        request.Line.ShouldBe(line);
    }

    [Fact]
    public async Task A_credential_goes_by_the_Basic_scheme()
    {
        var (request, _) = await HearAsync(options => options with { Credential = new NetworkCredential("me", "secret") });

        request.Fields["Authorization"].ShouldBe("Basic bWU6c2VjcmV0");
    }

    private static string RecipientOf(TrafficOptions options, int index)
    {
        var draft = new Draft();
        new MessageGenerator(options, TimeProvider.System).Make(0, draft);
        return Encoding.UTF8.GetString(draft.Envelope.Recipient(index));
    }

    private static async Task<(HeardRequest Request, TrafficOptions Options)> HearAsync(Func<TrafficOptions, TrafficOptions> configure)
    {
        HeardRequest? heard = null;
        await using var server = FakeServer.Start((session, _) => session.ServeHttpAsync(request =>
        {
            heard = request;
            return null;
        }));
        var options = configure(InjectRuns.To(server, messages: 1));

        var (end, observer) = await options.MakeAsync(new ManualTimeProvider());

        (end, observer.Accepted, observer.Bytes).ShouldBe((TrafficEnd.Complete, 1, Encoding.UTF8.GetByteCount(heard!.Content)));
        return (heard, options);
    }
}
