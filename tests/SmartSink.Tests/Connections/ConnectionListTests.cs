using System.Net;
using System.Security.Authentication;
using FsCheck;
using FsCheck.Fluent;
using SmartSink.Connections;
using SmartSink.Engines;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;
using SmartSink.Testing.Dialogs;

namespace SmartSink.Tests.Connections;

/// <summary>What is told of open connections while they are open.</summary>
public sealed class ConnectionListTests
{
    private static readonly FixedReply Refusal = new(554, new(5, 7, 1), "Not today"u8);

    public ConnectionListTests() => RunningServer.Over = RunningServer.Memory;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_word_says_where_a_dialog_stands(bool byThePackage)
    {
        await using var server = RunningServer.Start(
            settings => settings with { AuthCleartext = true }, Filter(), byThePackage ? _ => PackageEngine.Kind : null);
        await using var client = await server.GreetedAsync();
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Connected);
        await client.AskAsync("EHLO client.example");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Idle);
        await client.AskAsync("AUTH LOGIN");
        if (!byThePackage)
        {
            (await StateAsync(server, client)).ShouldBe(DialogPhase.Auth);
        }

        await client.AskAsync(Convert.ToBase64String("ann"u8));
        await client.AskAsync(Convert.ToBase64String("secret"u8));
        await client.AskAsync("MAIL FROM:<a@b.example>");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Mail);
        await client.AskAsync("RCPT TO:<c@d.example>");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Rcpt);
        await client.AskAsync("DATA");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Data);
        await client.AskAsync("Text\r\n.");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Idle);

        await client.AskAsync("MAIL FROM:<a@b.example>");
        await client.SendAsync("RCPT TO:<c@slow.example>\r\n");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Delayed);

        server.Clock.Advance(TimeSpan.FromSeconds(1.5));
        var status = List(server).ShouldHaveSingleItem();
        (status.Listener, status.Client.ToString(), status.Helo, status.User, status.Tls, status.Messages).ShouldBe(("smtp", "127.0.0.1", "client.example", "ann", SslProtocols.None, 1));
        (server.Clock.ReadMoment().Milliseconds - status.OpenedAt).ShouldBeInRange(1500, 1600);
    }

    [Fact]
    public async Task A_dialog_that_goes_wrong_on_purpose_is_silent()
    {
        await using var server = RunningServer.Start(filter: Filter());
        await using var client = await server.GreetedAsync();
        await client.AskAsync("EHLO client.example");
        await client.AskAsync("MAIL FROM:<a@b.example>");
        await client.SendAsync("RCPT TO:<c@hang.example>\r\n");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Silent);
    }

    [Fact]
    public async Task A_client_that_is_not_wanted_is_refused_and_says_so()
    {
        await using var server = RunningServer.Start(filter: new ScriptedFilter().At(Stage.Connect, Refusal));
        await using var client = await server.ConnectAsync();
        await client.ReplyAsync();
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Refused);
    }

    [Fact]
    public async Task TLS_is_told_with_its_version()
    {
        await using var server = RunningServer.Start(settings => settings with { StartTls = true });
        await using var client = await server.BeforeHandshakeAsync();
        (await StateAsync(server, client)).ShouldBe(DialogPhase.TlsHandshake);
        await client.StartTlsAsync();
        await client.AskAsync("EHLO client.example");
        (await StateAsync(server, client)).ShouldBe(DialogPhase.Idle);
        List(server).ShouldHaveSingleItem().Tls.ShouldBe(client.Tls.SslProtocol);
    }

    [Fact]
    public void Pages_hold_everyone_who_stays_once_whoever_comes_and_goes() =>
        Prop.ForAll(Gen.Choose(1, 7).Zip(Gen.Choose(0, int.MaxValue)).ToArbitrary(), given =>
        {
            var (count, seed) = given;
            var random = new Random(seed);
            var registry = new ConnectionRegistry(1_000, maxPerAddress: 0);
            var (number, open) = (0u, new List<Listed>());
            for (var i = 0; i < 30; i++)
            {
                Come();
            }

            var staying = open.Where((_, index) => index % 3 == 0).ToList();
            var seen = new List<uint>();
            for (uint? from = 0; from is not null;)
            {
                var page = registry.List(from.Value, count, _ => true, out from);
                page.Count.ShouldBeLessThanOrEqualTo(count);
                seen.AddRange(page.Select(status => status.Id));
                var leaving = open.Except(staying).FirstOrDefault(_ => random.Next(2) == 0);
                if (leaving is not null)
                {
                    open.Remove(leaving);
                    registry.Remove(leaving);
                }

                if (random.Next(3) == 0)
                {
                    Come();
                }
            }

            seen.ShouldBe(seen.Order().Distinct());
            staying.Select(connection => connection.Id).Except(seen).ShouldBeEmpty();

            void Come()
            {
                var connection = new Listed(++number);
                open.Add(connection);
                registry.TryAdd(connection);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    private static ScriptedFilter Filter() => new ScriptedFilter()
        .For("slow.example", new FilterAnswer { Delay = 60_000 })
        .For("hang.example", new FilterAnswer { Fault = AnswerFault.Hang });

    private static List<ConnectionStatus> List(RunningServer server) => server.Server.ListConnections(0, 10, _ => true, out _);

    private static async Task<DialogPhase> StateAsync(RunningServer server, SmtpTestClient client)
    {
        await server.SettledAsync(client.Sent);
        return List(server).ShouldHaveSingleItem().Phase;
    }

    private sealed class Listed(uint id) : IOpenConnection
    {
        public uint Id => id;

        public IPAddress DialogAddress => IPAddress.Loopback;

        public IPAddress ClientAddress => IPAddress.Loopback;

        public bool IsAddressKnown => true;

        public bool IsCounted { get; set; }

        public int Slot { get; set; }

        public long Deadline => long.MaxValue;

        public bool IsPausing => false;

        public IOpenConnection? NextDue { get; set; }

        public bool IsAtRest => true;

        public void Attend()
        {
        }

        public ConnectionStatus Describe() => new(id, "smtp", IPAddress.Loopback, 0, DialogPhase.Idle, string.Empty, string.Empty, SslProtocols.None, 0);
    }
}
