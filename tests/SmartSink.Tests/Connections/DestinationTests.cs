using System.Net;
using SmartSink.Settings;
using SmartSink.Smtp;
using SmartSink.Smtp.Replies;
using SmartSink.Smtp.Server;

namespace SmartSink.Tests.Connections;

public class DestinationTests
{
    [Theory]
    [InlineData("Auto", true, "127.0.0.1")]
    [InlineData("Auto", false, null)]
    [InlineData("On", false, "127.0.0.1")]
    [InlineData("Off", true, null)]
    public async Task A_connection_is_asked_where_it_was_meant_to_go_when_that_is_wanted(string setting, bool isWanted, string? expected)
    {
        var filter = new Recorder(isWanted);
        await using var server = RunningServer.Start(settings => settings with { OriginalDestination = Enum.Parse<OriginalDestination>(setting) }, filter);

        await using var client = await server.GreetedAsync();

        filter.Destination?.ToString().ShouldBe(expected);
        (filter.Destination is null).ShouldBe(expected is null);
    }

    /// <summary>Lets everything pass, and keeps what it was told at the greeting.</summary>
    private sealed class Recorder(bool isWanted) : IMailboxFilter
    {
        public IPAddress? Destination { get; private set; }

        public int EntryCount => 1;

        public bool WantsDestination => isWanted;

        public string EntryName(int entry) => "other";

        public int EntryOf(ReadOnlySpan<byte> domain) => 0;

        public FilterAnswer Answer(in SessionFacts facts)
        {
            if (facts.Stage == Stage.Connect)
            {
                Destination = facts.Destination;
            }

            return default;
        }
    }
}
